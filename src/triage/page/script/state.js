// What the page shows: all rows, which of them match the filters, in which order, and which is pointed at.

const state = {
  data: null,
  /** Filters in use: text, columns with the one text that is wanted, a group's index, a rectangle of the plot. */
  filters: { text: '', facets: new Map(), group: -1, box: null },
  /** For each row whether it matches. */
  matching: new Uint8Array(0),
  matches: 0,
  sort: { column: null, down: false },
  /** The rows that match, in order. */
  order: new Uint32Array(0),
  /** The column that the plot goes across. */
  x: null,
  hovered: -1,
  selected: -1,
};

const listeners = { filter: [], order: [], hover: [], selection: [], theme: [] };
const on = (event, act) => listeners[event].push(act);
const changed = (event) => listeners[event].forEach((act) => act());

const column = (name) => state.data.named[name];
const fileOf = (row) => fieldText(column('file'), row);

/** The address of a row's report; the program made it, and it leads beside the page. */
function reportOf(row) {
  const link = state.data.links.words[state.data.links.at[row]];
  return link !== undefined && link.startsWith('./') ? link : null;
}

function hover(row) {
  if (state.hovered === row) return;
  state.hovered = row;
  changed('hover');
}

function select(row) {
  state.selected = row;
  changed('selection');
}
