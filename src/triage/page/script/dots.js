// The dots of the plot: which rows have one, where it lies, and which is nearest to a point.

/** Columns that the plot can go across, the most telling first. */
const ACROSS = ['commit_left', 'free', 'committed', 'reserved', 'stacks.bytes', 'stacks.count', 'vma_count', 'modules', 'gaps', 'request'];
const CELL = 12;
/** How far from a dot the pointer still means it. */
const REACH = 14;

const dots = { rows: new Uint32Array(0), x: new Float32Array(0), y: new Float32Array(0), axes: null, looks: [], of: new Map() };

/** How many rows have a dot across a column. */
function dotsAcross(name) {
  const [across, up] = [column(name).at, column('largest').at];
  let found = 0;
  for (let row = 0; row < state.data.rows; row += 1) if (across[row] >= 0 && up[row] >= 0) found += 1;
  return found;
}

/** What the plot goes across at first: commit left, unless most rows with a figure have none. */
function firstAcross(counts) {
  const most = Math.max(...counts.map((c) => c.dots));
  return counts.find((c) => c.dots > 0 && c.dots * 2 >= most)?.name ?? 'free';
}

/** Finds the rows that have a dot. */
function collectDots() {
  const [across, up] = [column(state.x).at, column('largest').at];
  const found = [];
  for (let row = 0; row < state.data.rows; row += 1) if (across[row] >= 0 && up[row] >= 0) found.push(row);
  dots.rows = Uint32Array.from(found);
  dots.x = new Float32Array(found.length);
  dots.y = new Float32Array(found.length);
  dots.of = new Map(found.map((row, dot) => [row, dot]));
}

/** What each verdict looks like, by the number of its word; the last for rows without one. */
function collectLooks() {
  const verdicts = column('verdict');
  dots.looks = [...verdicts.words.map(lookOf), OTHER];
  dots.lookOf = (row) => dots.looks[verdicts.at[row] < 0 ? verdicts.words.length : verdicts.at[row]];
}

/** Places the dots between the borders, in pixels. */
function placeDots(box) {
  const [across, up] = [column(state.x), column('largest')];
  const numbers = (of) => Array.from(dots.rows, (row) => of.at[row]);
  const x = axisOf(numbers(across), across.kind === 'bytes', box.left, box.right);
  const y = axisOf(numbers(up), true, box.bottom, box.top);
  dots.axes = { x, y, box };
  dots.rows.forEach((row, dot) => {
    dots.x[dot] = placeOn(x, across.at[row]);
    dots.y[dot] = placeOn(y, up.at[row]);
  });
  dots.cells = new Map();
  dots.rows.forEach((row, dot) => {
    const cell = cellAt(dots.x[dot], dots.y[dot]);
    if (dots.cells.has(cell)) dots.cells.get(cell).push(dot);
    else dots.cells.set(cell, [dot]);
  });
}

const cellAt = (x, y) => Math.floor(x / CELL) * 4096 + Math.floor(y / CELL);

/** The dots around a point that match the filters. */
function dotsNear(x, y, reach) {
  const found = [];
  for (let cx = x - reach; cx < x + reach + CELL; cx += CELL) {
    for (let cy = y - reach; cy < y + reach + CELL; cy += CELL) {
      for (const dot of dots.cells?.get(cellAt(cx, cy)) ?? []) {
        const near = Math.hypot(dots.x[dot] - x, dots.y[dot] - y);
        if (near <= reach && state.matching[dots.rows[dot]]) found.push({ dot, near });
      }
    }
  }
  return found;
}

/** The dot that the pointer means, or -1. */
function dotAt(x, y) {
  return dotsNear(x, y, REACH).reduce((best, one) => (one.near < best.near ? one : best), { dot: -1, near: Infinity }).dot;
}

/** The matching dots in the order in which the keyboard goes through them. */
function dotOrder(byHeight) {
  const [across, up] = [column(state.x).at, column('largest').at];
  const [first, second] = byHeight ? [up, across] : [across, up];
  const { rows } = dots;
  const order = [...rows.keys()].filter((dot) => state.matching[rows[dot]]);
  return order.sort((a, b) => first[rows[a]] - first[rows[b]] || second[rows[a]] - second[rows[b]] || a - b);
}

/** The request of most rows that have one, with its share; null if none stands out, or if it is that of few dots. */
function usualRequest() {
  const { at } = column('request');
  const counts = new Map();
  for (const row of dots.rows) if (at[row] > 0) counts.set(at[row], (counts.get(at[row]) ?? 0) + 1);
  const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const [size, found] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0]);
  return found * 2 > total && found * 10 > dots.rows.length ? { size, found, total } : null;
}
