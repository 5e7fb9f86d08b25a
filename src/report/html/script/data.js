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

/** Lists of objects out of columns: `rowsOf({a: [1, 2]})` is `[{a: 1}, {a: 2}]`. */
function rowsOf(columns, asWords) {
  const lists = Object.entries(columns).map(([name, list]) => [name, asWords.includes(name) ? words(list) : list]);
  const length = lists.length === 0 ? 0 : lists[0][1].length;
  return Array.from({ length }, (_, i) => Object.fromEntries(lists.map(([name, list]) => [name, list[i]])));
}

/** Owners with the ids and labels that the reports use. */
function ownersOf(raw) {
  return rowsOf(raw.owners, ['start']).map((owner, number) => {
    const kind = raw.kinds[owner.kind];
    return {
      number,
      kind,
      start: owner.start,
      id: owner.id ?? `${kind}:${hex(owner.start, raw.bits)}`,
      label: owner.label ?? kind,
      name: owner.name,
      pinned: owner.pinned === 1,
    };
  });
}

/** The whole map. */
function unpack(raw) {
  const floor = BigInt(raw.floor);
  const [needed, align] = words(raw.request);
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
    ...borders(raw.regions, floor),
    ownerOf: Uint32Array.from(raw.regions.owner),
    attributesOf: Uint32Array.from(raw.regions.attributes),
    fileOf: Int32Array.from(raw.regions.file),
    owners: ownersOf(raw),
    groups: raw.groups.map(([name, kind]) => ({ name, kind: raw.kinds[kind] })),
    splitters: rowsOf(raw.splitters, ['bytes', 'without', 'gain']),
    threads: rowsOf(raw.threads, ['sp', 'pc', 'start', 'end', 'reserved', 'committed', 'used', 'guard']),
    modules: rowsOf(raw.modules, ['start', 'end', 'preferred']),
  };
}
