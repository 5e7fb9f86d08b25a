// The order of the rows: that of the inputs, or by a column.

/** Compares two rows by a column; what is not known comes last whichever way. */
function comparing(sorted, down) {
  const way = down ? -1 : 1;
  const ranks = sorted.words ? ranksOf(sorted) : null;
  const key = ranks ? (row) => (sorted.at[row] < 0 ? NaN : ranks[sorted.at[row]]) : (row) => sorted.at[row];
  return (a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x < y) return -way;
    if (x > y) return way;
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    return closeCall(sorted, a, b) * way || a - b;
  };
}

/** Compares numbers that are alike as doubles. */
function closeCall({ large }, a, b) {
  if (!large || !(large.has(a) && large.has(b))) return 0;
  const [x, y] = [large.get(a), large.get(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Puts the rows that match in order. */
function arrange() {
  const { matching, matches, sort } = state;
  const order = new Uint32Array(matches);
  let next = 0;
  for (let row = 0; row < matching.length; row += 1) if (matching[row]) order[next++] = row;
  if (sort.column !== null) order.sort(comparing(column(sort.column), sort.down));
  state.order = order;
}

/** First by what is largest or comes first in the alphabet, then the other way round, then as the inputs came. */
function sortBy(name) {
  const first = !column(name).words;
  const { sort } = state;
  if (sort.column !== name) state.sort = { column: name, down: first };
  else if (sort.down === first) state.sort = { column: name, down: !first };
  else state.sort = { column: null, down: false };
  arrange();
  changed('order');
}
