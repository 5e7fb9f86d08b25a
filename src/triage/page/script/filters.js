// Which rows match: all filters in use at once.

/** A test for rows that have this text in this column. */
const facetTest = ([name, wanted]) => {
  const facet = column(name);
  if (!facet.words) return (row) => fieldText(facet, row) === wanted;
  const number = wanted === UNKNOWN && !facet.numbers.has(wanted) ? -1 : facet.numbers.get(wanted);
  return (row) => facet.at[row] === number;
};

/** Tests a row for what a group's rows have in a column; the page has three decimals of what has any. */
function keyTest(one, wanted) {
  const isReal = one.kind === 'percent' || one.kind === 'millis';
  if (!isReal || wanted === null) return (row) => fieldKey(one, row) === wanted;
  return (row) => one.at[row] === Math.round(Number(wanted) * 1000) / 1000;
}

/** A test for rows of a group. */
function groupTest(index) {
  const { by, groups } = state.data;
  const tests = by.map((name, i) => keyTest(column(name), groups[index].key[i]));
  return (row) => tests.every((test) => test(row));
}

/** A test for rows whose dots lie in a rectangle. */
function boxTest({ x, left, right, bottom, top }) {
  const [across, up] = [column(x).at, column('largest').at];
  return (row) => left <= across[row] && across[row] <= right && bottom <= up[row] && up[row] <= top;
}

function testsInUse() {
  const { text, facets, group, box } = state.filters;
  return [
    ...[...facets].map(facetTest),
    ...(group >= 0 ? [groupTest(group)] : []),
    ...(box ? [boxTest(box)] : []),
    ...termTests(state.data, text),
  ];
}

const isFiltered = () => {
  const { text, facets, group, box } = state.filters;
  return text !== '' || facets.size > 0 || group >= 0 || box !== null;
};

/** Finds the rows that match, and tells all parts of the page. */
function applyFilters() {
  const tests = testsInUse();
  const { rows } = state.data;
  const matching = new Uint8Array(rows);
  let matches = 0;
  for (let row = 0; row < rows; row += 1) {
    if (tests.every((test) => test(row))) {
      matching[row] = 1;
      matches += 1;
    }
  }
  state.matching = matching;
  state.matches = matches;
  arrange();
  changed('filter');
}

/** Wants one text in a column, or any with null. */
function setFacet(name, wanted) {
  if (wanted === null) state.filters.facets.delete(name);
  else state.filters.facets.set(name, wanted);
  applyFilters();
}

function setGroup(index) {
  state.filters.group = state.filters.group === index ? -1 : index;
  applyFilters();
}

function setBox(box) {
  state.filters.box = box;
  applyFilters();
}

function setText(text) {
  state.filters.text = text;
  applyFilters();
}

function clearFilters() {
  state.filters = { text: '', facets: new Map(), group: -1, box: null };
  applyFilters();
}
