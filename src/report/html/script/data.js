// The map as it stands in the page (data.rs), unpacked: addresses as exact 64-bit numbers.

const MAX = (1n << 64n) - 1n;

/** A hex word, or null for `-`. */
const word = (text) => (text === '-' ? null : BigInt('0x' + text));

/** Hex words as a list. */
const words = (text) => (text === '' ? [] : text.split(' ').map(word));

/** Starts and ends of the regions, from the free bytes below each and its size. */
function borders(regions, floor) {
  const gaps = words(regions.gap);
  const sizes = words(regions.size);
  const starts = new BigUint64Array(gaps.length);
  const ends = new BigUint64Array(gaps.length);
  let at = floor;
  for (let i = 0; i < gaps.length; i += 1) {
    starts[i] = at += gaps[i];
    ends[i] = at += sizes[i];
  }
  return { starts, ends };
}

/** What is free inside of heaps: bytes by region, and stretches from..to (offsets from the floor) with their free bytes. */
function insideOf(raw, { starts, ends }, floor) {
  const [free, sizes, buckets] = [raw.free, raw.bucket, raw.buckets].map(words);
  const stretches = [];
  let next = 0;
  raw.region.forEach((region, i) => {
    for (let at = starts[region]; at < ends[region]; at += sizes[i]) {
      const bytes = buckets[next++];
      const end = at + sizes[i] < ends[region] ? at + sizes[i] : ends[region];
      if (bytes > 0n) stretches.push({ from: Number(at - floor), to: Number(end - floor), free: Number(bytes) });
    }
  });
  return {
    ofRegion: new Map(raw.region.map((region, i) => [region, free[i]])),
    from: Float64Array.from(stretches, (s) => s.from),
    to: Float64Array.from(stretches, (s) => s.to),
    free: Float64Array.from(stretches, (s) => s.free),
  };
}

/** Lists of objects out of columns: `rowsOf({a: [1, 2]})` is `[{a: 1}, {a: 2}]`. */
function rowsOf(columns, asWords) {
  const lists = Object.entries(columns).map(([name, list]) => [name, asWords.includes(name) ? words(list) : list]);
  const length = lists.length === 0 ? 0 : lists[0][1].length;
  return Array.from({ length }, (_, i) => Object.fromEntries(lists.map(([name, list]) => [name, list[i]])));
}

/** Each region's owner: 0 is the next that was not met before, 1 the one before that. */
function ownerNumbers(column) {
  let next = 0;
  return Uint32Array.from(column, (back) => (back === 0 ? next++ : next - back));
}

/** Starts of the owners' first regions. */
function firstStarts(ownerOf, starts) {
  const firsts = [];
  ownerOf.forEach((owner, i) => {
    firsts[owner] ??= starts[i];
  });
  return firsts;
}

/** The part of a path after its last slash or backslash. */
const fileName = (path) => path.split(/[/\\]/).pop() || path;

/** Owners with the ids and labels that the reports use; most are made of kind, start and file name. */
function ownersOf(raw, firsts) {
  const { kind: kinds, start, pinned } = raw.owners;
  const [ids, labels, names] = [raw.owners.id, raw.owners.label, raw.owners.name].map((some) => new Map(some));
  const fixed = new Set(pinned);
  return words(start).map((own, number) => {
    const kind = raw.kinds[kinds[number]];
    const name = names.get(number) ?? null;
    const file = name !== null && (kind === 'module' || kind === 'mapped-file') ? fileName(name) : null;
    const at = own ?? firsts[number];
    const plain = `${kind}:${hex(at, raw.bits)}`;
    return {
      number,
      kind,
      name,
      start: at,
      id: ids.get(number) ?? (file === null ? plain : `${plain}:${file}`),
      label: labels.get(number) ?? (file === null ? kind : kind === 'module' ? file : `${kind} ${file}`),
      pinned: fixed.has(number),
    };
  });
}

/** A group of all owners of a kind. */
const kindGroup = (kinds) => ([name, kind]) => ({ name, has: (owner) => owner.kind === kinds[kind] });

/** A group of listed owners. */
function ownerSet([name, numbers]) {
  const members = new Set(numbers);
  return { name, has: (owner) => members.has(owner.number) };
}

/** The whole map. */
function unpack(raw) {
  const floor = BigInt(raw.floor);
  const [needed, align] = words(raw.request);
  const edges = borders(raw.regions, floor);
  const ownerOf = ownerNumbers(raw.regions.owner);
  return {
    ...raw,
    floor,
    ceiling: BigInt(raw.ceiling),
    page: word(raw.page),
    granularity: word(raw.granularity),
    unreachable: words(raw.unreachable),
    needed,
    align,
    focus: words(raw.focus),
    ...edges,
    inside: insideOf(raw.inside, edges, floor),
    ownerOf,
    attributesOf: Uint32Array.from(raw.regions.attributes),
    fileOf: Int32Array.from(raw.regions.file),
    owners: ownersOf(raw, firstStarts(ownerOf, edges.starts)),
    groups: [...raw.groups.map(kindGroup(raw.kinds)), ...raw.sets.map(ownerSet)],
    splitters: rowsOf(raw.splitters, ['bytes', 'without', 'gain']),
    threads: rowsOf(raw.threads, ['sp', 'pc', 'start', 'end', 'reserved', 'committed', 'used', 'guard']),
    modules: rowsOf(raw.modules, ['start', 'end', 'preferred']),
  };
}
