// Exact arithmetic about the address space, as analyze/reach.rs, gaps.rs, barriers.rs and splitters.rs have it.
// Nothing here knows of the page. Ranges are `{start, end}` with exclusive ends, or null.

const range = (start, end) => (start < end ? { start, end } : null);
const sizeOf = (part) => (part === null ? 0n : part.end - part.start);
const least = (a, b) => (a < b ? a : b);
const most = (a, b) => (a < b ? b : a);

/** The nearest multiple of `align` at or above, or null above 2^64 - 1. */
function alignUp(address, align) {
  if (align <= 1n) return address;
  const up = ((address + align - 1n) / align) * align;
  return up > MAX ? null : up;
}

/** The nearest multiple of `align` at or below. */
const alignDown = (address, align) => (align <= 1n ? address : address - (address % align));

/** What is left of a free range after the granularity is applied to both ends. */
function usable(map, free) {
  const start = alignUp(free.start, map.granularity);
  return start === null ? null : range(start, alignDown(free.end, map.granularity));
}

/** What of a free range is usable and can be reached: at most two parts. */
function reachableParts(map, free) {
  const [from, to] = map.unreachable.length === 2 ? map.unreachable : [free.end, free.end];
  const below = range(free.start, least(free.end, from));
  const above = range(most(free.start, to), free.end);
  return [below, above].map((part) => part && usable(map, part)).filter((part) => part !== null);
}

/** The larger of the parts; the lower of equal ones. */
function reachable(map, free) {
  return reachableParts(map, free).reduce((best, part) => (sizeOf(best) < sizeOf(part) ? part : best), null);
}

/** Calls `take(start, end)` for each free run between regions that `isGone` does not pick. */
function eachFree(map, isGone, take) {
  let from = map.floor;
  for (let i = 0; i < map.starts.length; i += 1) {
    if (isGone(i)) continue;
    const start = map.starts[i];
    if (from < start) take(from, start);
    from = map.ends[i];
  }
  if (from < map.ceiling) take(from, map.ceiling);
}

/** The largest usable and reachable gap if all regions that `isGone` picks were taken out; the lowest of equal ones. */
function largestWithout(map, isGone) {
  let best = null;
  let size = 0n;
  eachFree(map, isGone, (start, end) => {
    if (end - start <= size) return;
    const part = reachable(map, { start, end });
    if (sizeOf(part) <= size) return;
    best = part;
    size = sizeOf(part);
  });
  return best;
}

/** Where the request would fit if those regions were taken out, lowest address first; null if nowhere. */
function placeWithout(map, isGone) {
  const align = most(map.align ?? 1n, map.granularity);
  let place = null;
  eachFree(map, isGone, (start, end) => {
    if (place !== null || end - start < map.needed) return;
    for (const part of reachableParts(map, { start, end })) {
      const at = alignUp(part.start, align);
      if (place === null && at !== null && at <= part.end && part.end - at >= map.needed) place = at;
    }
  });
  return place;
}

/** All gaps by address, each with the indexes of the regions around it: -1 at the floor, their number at the ceiling. */
function findGaps(map) {
  const gaps = [];
  let from = map.floor;
  for (let i = 0; i <= map.starts.length; i += 1) {
    const start = i < map.starts.length ? map.starts[i] : map.ceiling;
    if (from < start) {
      const certainty = map.certainty[gaps.length] === 'n' ? 'not-listed' : 'free';
      gaps.push({ index: gaps.length, start: from, end: start, size: start - from, below: i - 1, above: i, certainty });
    }
    if (i < map.ends.length) from = map.ends[i];
  }
  return gaps;
}

/** All barriers, those first that would give back most. Regions `first..next` are its own. */
function findBarriers(gaps) {
  const barriers = [];
  for (let i = 0; i + 1 < gaps.length; i += 1) {
    const [left, right] = [gaps[i], gaps[i + 1]];
    const size = right.start - left.end;
    const regained = size + least(left.size, right.size);
    const span = right.end - left.start;
    barriers.push({ start: left.end, end: right.start, regained, span, first: left.above, next: right.above });
  }
  // Sorting keeps the order of equal ones, which is by address.
  return barriers.sort((a, b) => (a.regained === b.regained ? 0 : a.regained < b.regained ? 1 : -1));
}

/** Index of the last of `starts` at or below the address, or -1. */
function lastAtOrBelow(starts, address) {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Index of the region that holds the address, or -1. */
function regionAt(map, address) {
  const index = lastAtOrBelow(map.starts, address);
  return index >= 0 && address < map.ends[index] ? index : -1;
}
