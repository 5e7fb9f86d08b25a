// From addresses to a line and back. On the line every address counts alike (`linear`), or only the bands in use do,
// and the great gaps between them are drawn by magnitude (`bands`). For drawing only: offsets from the floor are
// floats here, exact below 2^53.

/** Gaps from this size on are drawn by magnitude, in spaces so large that they would leave nothing to see. */
const GREAT_GAP = 2 ** 30;
const MOST_BANDS = 24;
const LINE = 2 ** 40;

const linearScale = (span) => [{ from: 0, to: span, at: 0, until: span, isGap: false }];

/** Offsets at which bands end and the next begin. */
function bandsOf(gaps, span) {
  const great = gaps.filter((gap) => gap.to - gap.from >= GREAT_GAP);
  const kept = great
    .sort((a, b) => b.to - b.from - (a.to - a.from))
    .slice(0, MOST_BANDS)
    .sort((a, b) => a.from - b.from);
  const parts = [];
  let from = 0;
  for (const gap of kept) {
    if (from < gap.from) parts.push({ from, to: gap.from, isGap: false });
    parts.push({ from: gap.from, to: gap.to, isGap: true });
    from = gap.to;
  }
  if (from < span) parts.push({ from, to: span, isGap: false });
  return parts;
}

/** A band is as wide as the root of its size says; a gap's width grows with its logarithm. */
function bandScale(gaps, span) {
  const parts = bandsOf(gaps, span);
  const bands = parts.filter((part) => !part.isGap);
  const roots = bands.reduce((sum, part) => sum + Math.sqrt(part.to - part.from), 0);
  const weight = (part) => {
    const size = part.to - part.from;
    if (part.isGap) return 0.01 + 0.0015 * Math.log2(size / GREAT_GAP);
    return 0.05 + Math.sqrt(size) / roots;
  };
  const total = parts.reduce((sum, part) => sum + weight(part), 0);
  let at = 0;
  return parts.map((part) => {
    const until = at + (weight(part) / total) * LINE;
    const placed = { ...part, at, until };
    at = until;
    return placed;
  });
}

const lengthOf = (scale) => scale[scale.length - 1].until;

/** Index of the part of the scale that `key` (`from` or `at`) puts the position in. */
function partAt(scale, key, position) {
  let index = 0;
  while (index + 1 < scale.length && scale[index + 1][key] <= position) index += 1;
  return scale[index];
}

/** Position on the line of an offset from the floor. */
function toLine(scale, offset) {
  const part = partAt(scale, 'from', offset);
  return part.at + ((offset - part.from) / (part.to - part.from)) * (part.until - part.at);
}

/** Offset from the floor of a position on the line. */
function fromLine(scale, position) {
  const part = partAt(scale, 'at', position);
  return part.from + ((position - part.at) / (part.until - part.at)) * (part.to - part.from);
}
