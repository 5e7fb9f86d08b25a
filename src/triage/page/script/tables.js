// The two tables: groups, which filter the rows, and the rows.

const tables = { rows: null, groups: null };

/** The columns that the table of rows shows. */
const shownColumns = () => state.data.columns.filter((one) => one.shown);

function drawHead() {
  const { sort } = state;
  const heads = shownColumns().map((one) => {
    const isSorted = sort.column === one.name;
    const way = isSorted ? (sort.down ? 'descending' : 'ascending') : null;
    const attributes = { scope: 'col', class: one.words ? null : 'num', 'aria-sort': way, 'data-column': one.name, title: one.name };
    return el('th', attributes, [button(one.title, () => sortFrom(one.name))]);
  });
  byId('rows').tHead.rows[0].replaceChildren(...heads);
}

/** Sorts, and leaves the focus on the head that was used. */
function sortFrom(name) {
  sortBy(name);
  byId('rows').querySelector(`th[data-column="${name}"] button`)?.focus();
}

/** The file's cell leads to the report, and says why the row is not whole. */
function fileCell(row) {
  const name = fileOf(row);
  const parts = [reportLink(row, name) ?? name];
  if (isKnown(column('message'), row)) parts.push(el('p', { class: 'message' }, [fieldText(column('message'), row)]));
  return el('td', { class: 'file', title: name }, parts);
}

function cellOf(one, row) {
  if (one.name === 'file') return fileCell(row);
  const text = fieldText(one, row);
  if (one.name === 'verdict' && one.at[row] >= 0) return el('td', {}, [swatchOf(lookOf(text)), text]);
  return el('td', { class: one.words ? null : 'num', title: one.words && text.length > 24 ? text : null }, [text]);
}

function rowOf(row) {
  const element = el('tr', { 'data-row': row, 'data-status': fieldText(column('status'), row) });
  element.append(...shownColumns().map((one) => cellOf(one, row)));
  element.addEventListener('mouseenter', () => hover(row));
  element.addEventListener('mouseleave', () => hover(-1));
  return element;
}

/** Selects a row, and turns to it. */
function showRow(row) {
  select(row);
  turnTo(tables.rows, row);
}

function startRows() {
  tables.rows = pagedTable({
    id: 'rows',
    noun: 'dump',
    total: () => state.data.rows,
    order: () => state.order,
    rowOf,
    choose: (row) => select(state.selected === row ? -1 : row),
    isChosen: (row) => state.selected === row,
  });
}

/** A row's number by its file. */
function rowOfFile(file) {
  const files = column('file');
  const number = files.numbers.get(file);
  return number === undefined ? -1 : files.at.indexOf(number);
}

/** The example leads to its report, or to its row. */
function exampleCell(file) {
  const row = rowOfFile(file);
  if (row < 0) return el('td', { title: file }, [file]);
  return el('td', { class: 'file', title: file }, [reportLink(row, file) ?? file]);
}

function groupRow(index) {
  const group = state.data.groups[index];
  const cells = keyTexts(group).map((text, i) => {
    const isText = column(state.data.by[i]).kind === 'text';
    return el('td', { class: isText ? null : 'num', title: isText ? text : group.key[i] }, [text]);
  });
  const median = group.median === null ? UNKNOWN : bytes(BigInt(group.median));
  return el('tr', { 'data-group': index }, [
    el('td', { class: 'num' }, [count(group.count)]),
    ...cells,
    el('td', { class: 'num' }, [median]),
    exampleCell(group.example),
  ]);
}

function startGroups() {
  if (state.data.groups.length === 0) return;
  const all = [...state.data.groups.keys()];
  tables.groups = pagedTable({
    id: 'groups',
    noun: 'group',
    total: () => all.length,
    order: () => all,
    rowOf: groupRow,
    choose: setGroup,
    isChosen: (index) => state.filters.group === index,
  });
  drawPage(tables.groups);
}
