// What a stretch of addresses looks like: how much of it each kind takes, and in which colour.

/** Kinds as they are drawn, in the order of the legend: letter, colour variable, kinds of owners. */
const LOOKS = [
  { letter: 'M', name: 'module', color: '--module', kinds: ['module'] },
  { letter: 'S', name: 'stack', color: '--stack', kinds: ['stack'] },
  { letter: 'H', name: 'heap', color: '--heap', kinds: ['heap'] },
  { letter: 'F', name: 'mapped file', color: '--file', kinds: ['mapped-file'] },
  { letter: 'P', name: 'private', color: '--private', kinds: ['private'] },
  { letter: 'A', name: 'shared', color: '--shared', kinds: ['shared'] },
  { letter: 'Y', name: 'system', color: '--system', kinds: ['teb', 'peb', 'vdso', 'kernel-shared'] },
  { letter: 'O', name: 'other', color: '--other', kinds: ['crash-reporter', 'unknown'] },
];

/** The look of heaps, and that of what is free inside of them, which follows all others. */
const HEAP = LOOKS.findIndex((look) => look.name === 'heap');
const INSIDE = 2 * LOOKS.length;

/** Offsets of each gap's usable part; of a gap without one, its end twice. */
function usableParts(map, gaps, offset) {
  const parts = gaps.map((gap) => usable(map, gap) ?? { start: gap.end, end: gap.end });
  return {
    usableFrom: Float64Array.from(parts, (part) => offset(part.start)),
    usableTo: Float64Array.from(parts, (part) => offset(part.end)),
    wasteful: parts.some((part, i) => part.end - part.start < gaps[i].size),
  };
}

/** The map's borders as offsets from the floor, and each region's look; reserved ones count from LOOKS.length on. */
function drawable(map, gaps) {
  const offset = (address) => Number(address - map.floor);
  const looks = new Map(LOOKS.flatMap((look, index) => look.kinds.map((kind) => [kind, index])));
  const reserved = map.attributes.map((a) => a.state === 'reserved');
  const look = Uint8Array.from(map.ownerOf, (owner, i) => {
    const base = looks.get(map.owners[owner].kind) ?? LOOKS.length - 1;
    return reserved[map.attributesOf[i]] ? base + LOOKS.length : base;
  });
  return {
    from: Float64Array.from(map.starts, offset),
    to: Float64Array.from(map.ends, offset),
    look,
    inside: map.inside,
    gapFrom: Float64Array.from(gaps, (gap) => offset(gap.start)),
    gapTo: Float64Array.from(gaps, (gap) => offset(gap.end)),
    ...usableParts(map, gaps, offset),
    span: offset(map.ceiling),
    unreachable: map.unreachable.length === 2 ? map.unreachable.map(offset) : null,
  };
}

/** Index of the first region that ends above the offset. */
function firstAbove(ends, offset) {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bytes by look in `from..to`, written into `sums`; returns their sum. */
function mix(shape, from, to, sums) {
  sums.fill(0);
  let total = 0;
  for (let i = firstAbove(shape.to, from); i < shape.from.length && shape.from[i] < to; i += 1) {
    const part = Math.min(shape.to[i], to) - Math.max(shape.from[i], from);
    sums[shape.look[i]] += part;
    total += part;
  }
  takeInside(shape.inside, from, to, sums);
  return total;
}

/** Takes what is free inside of heaps from the heaps' sum. Of a stretch that is cut its share counts. */
function takeInside(inside, from, to, sums) {
  if (sums[HEAP] === 0) return;
  for (let i = firstAbove(inside.to, from); i < inside.from.length && inside.from[i] < to; i += 1) {
    const part = Math.min(inside.to[i], to) - Math.max(inside.from[i], from);
    const free = Math.min(sums[HEAP], (inside.free[i] * part) / (inside.to[i] - inside.from[i]));
    sums[HEAP] -= free;
    sums[INSIDE] += free;
  }
}

/** Lines of a heap's colour: of the heap, and free. */
function lined(heap, free) {
  const tile = document.createElement('canvas');
  [tile.width, tile.height] = [4, 4];
  const pen = tile.getContext('2d');
  pen.fillStyle = free;
  pen.fillRect(0, 0, 4, 4);
  pen.fillStyle = heap;
  pen.fillRect(0, 0, 4, 2);
  return pen.createPattern(tile, 'repeat');
}

/** The look that takes most. */
function dominant(sums) {
  let best = 0;
  for (let i = 1; i < sums.length; i += 1) if (sums[i] > sums[best]) best = i;
  return best;
}

/** The colours that the style sheet gives, for light or dark. */
function palette() {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(name).trim();
  const looks = LOOKS.map((look) => color(look.color));
  const pale = LOOKS.map((look) => `color-mix(in srgb, ${color(look.color)} 45%, ${color('--free')})`);
  return {
    looks: [...looks, ...pale, lined(color('--heap'), color('--free'))],
    free: color('--free'),
    unlisted: color('--unlisted'),
    unreachable: color('--unreachable'),
    unusable: color('--unusable'),
    text: color('--text'),
    faint: color('--faint'),
    line: color('--line'),
    mark: color('--mark'),
    paper: color('--paper'),
  };
}

/** Colour of what is not occupied in `from..to`. It is unusable only if all of it is. */
function freeColor(context, from, to) {
  const { shape, gaps, colors } = context;
  const offset = (from + to) / 2;
  if (shape.unreachable && shape.unreachable[0] <= offset && offset < shape.unreachable[1]) return colors.unreachable;
  const index = firstAbove(shape.gapTo, offset);
  const gap = gaps[index];
  const isWasted =
    gap &&
    gap.certainty === 'free' &&
    shape.gapFrom[index] <= from &&
    to <= shape.gapTo[index] &&
    (to <= shape.usableFrom[index] || shape.usableTo[index] <= from);
  if (isWasted) return colors.unusable;
  return gap && gap.certainty === 'not-listed' ? colors.unlisted : colors.free;
}

/** One cell or column: the free colour, and from its foot upwards what occupies it, as high as its share. A part that
 * is used at all is at least `least` high, so that a page in a free megabyte is seen. */
function paintCell(context, box, from, to, least) {
  const { pen, shape, colors, sums } = context;
  pen.fillStyle = freeColor(context, from, to);
  pen.fillRect(box.x, box.y, box.w, box.h);
  const total = mix(shape, from, to, sums);
  if (total === 0) return;
  const share = Math.min(1, total / (to - from));
  const height = share > 0.999 ? box.h : Math.min(box.h - 1, Math.max(least, share * box.h));
  let foot = box.y + box.h;
  for (let i = 0; i < sums.length; i += 1) {
    if (sums[i] === 0) continue;
    const part = (sums[i] / total) * height;
    pen.fillStyle = colors.looks[i];
    pen.fillRect(box.x, foot - part, box.w, part);
    foot -= part;
  }
}

/** Makes a canvas as fine as the screen, and returns its pen in CSS pixels. */
function penOf(canvas, width, height) {
  const fine = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * fine));
  canvas.height = Math.max(1, Math.round(height * fine));
  const pen = canvas.getContext('2d');
  pen.setTransform(fine, 0, 0, fine, 0, 0);
  return pen;
}
