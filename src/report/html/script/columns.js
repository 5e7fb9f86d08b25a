// What the tables show of each thing: one `{key, text}` per column, in the order of the header that Rust wrote (tables.rs).
// `key` is what sorting compares.

const addressColumn = (of) => ({ key: of, text: (item) => (of(item) === null ? '?' : hexOf(of(item))) });
const sizeColumn = (of, unknown = '') => ({
  key: (item) => of(item) ?? -1n,
  text: (item) => bytesOr(of(item), unknown),
});
const textColumn = (of) => ({ key: (item) => of(item).toLowerCase(), text: of });

const ownerLabel = (region, end) => state.map.owners[state.map.ownerOf[region]]?.label ?? end;
const usableBytes = (gap) => reachableParts(state.map, gap).reduce((sum, part) => sum + sizeOf(part), 0n);
const sameOwner = (item, chosen) => chosen.owner >= 0 && chosen.owner === item.owner;

function gapRemark(gap) {
  const can = usable(state.map, gap);
  const reached = usableBytes(gap);
  const notes = [];
  if (reached === 0n && can) notes.push('unreachable');
  else if (reached < sizeOf(can)) notes.push(`${bytes(reached)} reachable`);
  if (sizeOf(can) < gap.size) notes.push(`${bytes(sizeOf(can))} usable`);
  if (gap.certainty === 'not-listed') notes.push('not listed');
  return notes.join(', ');
}

/** Items by falling size; equal ones keep their order. */
function largestFirst(items, size) {
  const order = (a, b) => (size(a) === size(b) ? 0 : size(a) < size(b) ? 1 : -1);
  return [...items].sort(order);
}

const gapsTable = () => ({
  id: 'gaps',
  noun: 'gap',
  items: largestFirst(state.gaps, (g) => g.size),
  columns: [
    addressColumn((g) => g.start),
    addressColumn((g) => g.end),
    sizeColumn((g) => g.size),
    sizeColumn(usableBytes),
    textColumn((g) => ownerLabel(g.below, '(floor)')),
    textColumn((g) => ownerLabel(g.above, '(ceiling)')),
    textColumn(gapRemark),
  ],
  thing: gapThing,
  isSelected: (gap, chosen) => chosen.type === 'gap' && chosen.start === gap.start,
});

/** Who stands in a barrier: the pinned one if there is one, and how many more. */
function barrierOwners(barrier) {
  if (barrier.owners) return barrier.owners;
  const owners = [...new Set(state.map.ownerOf.subarray(barrier.first, barrier.next))].map((o) => state.map.owners[o]);
  const pinned = owners.find((o) => o.pinned);
  const shown = pinned ?? owners[0];
  const more = owners.length > 1 ? ` and ${count(owners.length - 1)} more` : '';
  barrier.owners = shown ? shown.label + (pinned ? ' (pinned)' : '') + more : '';
  return barrier.owners;
}

const barriersTable = () => ({
  id: 'barriers',
  noun: 'barrier',
  items: state.barriers,
  columns: [
    addressColumn((b) => b.start),
    addressColumn((b) => b.end),
    sizeColumn((b) => b.end - b.start),
    sizeColumn((b) => b.regained),
    sizeColumn((b) => b.span),
    textColumn(barrierOwners),
  ],
  thing: (b) => ({
    type: 'barrier',
    start: b.start,
    end: b.end,
    owner: -1,
    title: barrierOwners(b),
    facts: [
      ['regained', bytes(b.regained)],
      ['span', bytes(b.span)],
      ['regions', count(b.next - b.first)],
    ],
  }),
  isSelected: (b, chosen) =>
    (chosen.type === 'barrier' && chosen.start === b.start) ||
    (chosen.type === 'region' && b.start <= chosen.start && chosen.end <= b.end),
});

const splittersTable = () => ({
  id: 'splitters',
  noun: 'splitter',
  items: state.map.splitters,
  columns: [
    { key: (s) => (isTicked(s.owner) ? 1 : 0), text: (s) => tickBox(s.owner) },
    textColumn((s) => state.map.owners[s.owner].label),
    addressColumn((s) => state.map.owners[s.owner].start),
    sizeColumn((s) => s.gain),
    sizeColumn((s) => s.without),
    sizeColumn((s) => s.bytes),
    { key: (s) => s.regions, text: (s) => count(s.regions) },
    textColumn((s) => (state.map.owners[s.owner].pinned ? 'pinned' : '')),
  ],
  thing: (s) => {
    const start = state.map.owners[s.owner].start;
    const hull = hullOf(s.owner) ?? { start, end: start + s.bytes };
    const facts = [
      ['regions', count(s.regions)],
      ['largest gap without it', bytes(s.without)],
      ['gain', bytes(s.gain)],
    ];
    return { type: 'splitter', ...hull, owner: s.owner, title: state.map.owners[s.owner].label, facts };
  },
  isSelected: sameOwner,
});

/** `< 768 KiB` of a mapping with several stacks, `> 4 KiB` of a stack that is known in part. */
function reservedText(t) {
  if (t.start === null) return '-';
  if (t.reserved === null) return `> ${bytes(t.end - t.start)}`;
  return (t.source === 'shared' ? '< ' : '') + bytes(t.reserved);
}

function threadRemark(t) {
  const lowest = t.start === null ? 0n : t.start - (t.guard ?? 0n);
  const elsewhere = t.start !== null && t.sp !== null && (t.sp < lowest || t.end < t.sp);
  return [t.name ?? '', t.crashed ? '(crashed)' : '', elsewhere ? '(sp elsewhere)' : '']
    .filter((text) => text !== '')
    .join(' ');
}

const threadRoom = (t) => (t.start === null ? 0n : (t.reserved ?? t.end - t.start));

function threadThing(t) {
  const at = t.start === null ? { start: t.sp ?? 0n, end: (t.sp ?? 0n) + 1n } : { start: t.start, end: t.end };
  const facts = [
    ['stack pointer', t.sp === null ? '?' : hexOf(t.sp)],
    ['program counter', t.pc === null ? '?' : hexOf(t.pc)],
    ['reserved', reservedText(t)],
    ['used', bytesOr(t.used, '?')],
    ['known by', t.source ?? 'in no stack'],
  ];
  return { type: 'thread', id: t.id, ...at, owner: t.owner, title: t.name ? `${t.id} (${t.name})` : t.id, facts };
}

const threadsTable = () => ({
  id: 'threads',
  noun: 'thread',
  items: largestFirst(state.map.threads, threadRoom).sort((a, b) => b.crashed - a.crashed),
  columns: [
    { key: (t) => BigInt(t.id), text: (t) => t.id },
    { key: (t) => t.sp ?? -1n, text: (t) => (t.sp === null ? '?' : hexOf(t.sp)) },
    { key: (t) => t.start ?? -1n, text: (t) => (t.start === null ? 'in no stack' : hexOf(t.start)) },
    { key: threadRoom, text: reservedText },
    { key: (t) => t.used ?? -1n, text: (t) => (t.start === null ? '-' : bytesOr(t.used, '?')) },
    { key: (t) => t.guard ?? -1n, text: (t) => (t.start === null ? '-' : bytesOr(t.guard, '?')) },
    textColumn((t) => t.source ?? '-'),
    textColumn(threadRemark),
  ],
  thing: threadThing,
  isSelected: (t, chosen) => (chosen.type === 'thread' ? chosen.id === t.id : sameOwner(t, chosen)),
});

function moduleRemark(m) {
  if (m.relocatable === false) return 'not relocatable';
  return state.map.owners[m.owner].pinned ? 'pinned' : '';
}

const modulesTable = () => ({
  id: 'modules',
  noun: 'module',
  items: largestFirst(state.map.modules, (m) => m.end - m.start),
  columns: [
    textColumn((m) => m.name),
    addressColumn((m) => m.start),
    addressColumn((m) => m.end),
    sizeColumn((m) => m.end - m.start),
    textColumn((m) => m.path),
    textColumn(moduleRemark),
  ],
  thing: (m) => ({
    type: 'module',
    start: m.start,
    end: m.end,
    owner: m.owner,
    title: m.name,
    facts: [
      ['path', m.path],
      ['id', m.id ?? 'not known'],
      ['preferred base', m.preferred === null ? 'not known' : hexOf(m.preferred)],
    ],
  }),
  isSelected: sameOwner,
});

const regionsTable = () => {
  const { map } = state;
  const owner = (i) => map.owners[map.ownerOf[i]];
  const attributes = (i) => map.attributes[map.attributesOf[i]];
  return {
    id: 'regions',
    noun: 'region',
    items: Uint32Array.from(map.starts, (_, i) => i),
    columns: [
      addressColumn((i) => map.starts[i]),
      addressColumn((i) => map.ends[i]),
      sizeColumn((i) => map.ends[i] - map.starts[i]),
      textColumn((i) => owner(i).kind),
      textColumn((i) => owner(i).label),
      textColumn((i) => attributes(i).state),
      textColumn((i) => attributes(i).protection ?? '?'),
      textColumn((i) => (map.fileOf[i] < 0 ? '' : map.files[map.fileOf[i]])),
    ],
    thing: regionThing,
    isSelected: (i, chosen) => {
      if (chosen.type === 'region') return chosen.index === i;
      if (chosen.type === 'barrier') return chosen.start <= map.starts[i] && map.ends[i] <= chosen.end;
      return chosen.owner >= 0 && map.ownerOf[i] === chosen.owner;
    },
  };
};
