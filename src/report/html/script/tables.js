// Tables that sort, filter and turn pages. A page of rows is in the document, never all of them.

const PAGES = [20, 100, 1000];
const tables = [];

/** Takes over a table that Rust wrote. */
function startTable(spec) {
  const element = byId(spec.id);
  const table = {
    ...spec,
    element,
    order: null,
    sorted: -1,
    down: false,
    filter: '',
    page: 0,
    size: PAGES[0],
    haystack: null,
  };
  element.setAttribute('role', 'grid');
  startHeader(table);
  startTools(table);
  element.addEventListener('keydown', (event) => onTableKey(table, event));
  tables.push(table);
  arrange(table);
}

/** A button in each header cell sorts by it. */
function startHeader(table) {
  [...table.element.tHead.rows[0].cells].forEach((cell, column) => {
    const title = cell.textContent;
    cell.replaceChildren(button(title, () => sortBy(table, column)));
  });
}

/** First by what is largest or comes first in the alphabet, then the other way round. */
function sortBy(table, column) {
  const isNumber = table.element.tHead.rows[0].cells[column].classList.contains('num');
  table.down = table.sorted === column ? !table.down : isNumber;
  table.sorted = column;
  [...table.element.tHead.rows[0].cells].forEach((cell, i) => {
    if (i === column) cell.setAttribute('aria-sort', table.down ? 'descending' : 'ascending');
    else cell.removeAttribute('aria-sort');
  });
  table.page = 0;
  arrange(table);
}

/** Filter, pages and their size. */
function startTools(table) {
  const section = table.element.closest('section');
  const title = section.querySelector('h2').textContent.toLowerCase();
  const filter = el('input', {
    class: 'filter',
    type: 'search',
    placeholder: 'Filter',
    'aria-label': `Filter ${title}`,
    spellcheck: 'false',
  });
  filter.addEventListener(
    'input',
    settled(120, () => {
      table.filter = filter.value.trim().toLowerCase();
      table.page = 0;
      arrange(table);
    }),
  );
  section.querySelector('.head').append(filter);
  const size = el(
    'select',
    { 'aria-label': `Rows per page of ${title}` },
    PAGES.map((n) => el('option', { value: n }, [`${n} rows`])),
  );
  size.addEventListener('change', () => {
    table.page = 0;
    table.size = Number(size.value);
    drawRows(table);
  });
  table.shown = el('span', { class: 'shown' });
  table.before = button('‹', () => turn(table, -1), { 'aria-label': `Previous page of ${title}` });
  table.after = button('›', () => turn(table, 1), { 'aria-label': `Next page of ${title}` });
  table.pager = el('div', { class: 'pager' }, [table.before, table.shown, table.after, size]);
  section.querySelector('.more').replaceWith(table.pager);
}

function turn(table, by) {
  table.page += by;
  drawRows(table);
}

/** What the filter looks in: all texts of a row, and its owner's id. Made when a filter is first used. */
function haystackOf(table) {
  return Array.from(table.items, (item) => {
    const texts = table.columns.map((column) => column.text(item)).filter((text) => typeof text === 'string');
    const { owner } = table.thing(item);
    return `${texts.join(' ')} ${owner >= 0 ? state.map.owners[owner].id : ''}`.toLowerCase();
  });
}

/** Puts the items in order, filtered and sorted, and shows them. */
function arrange(table) {
  let order = Uint32Array.from(table.items, (_, i) => i);
  if (table.filter !== '') {
    table.haystack ??= haystackOf(table);
    order = order.filter((i) => table.haystack[i].includes(table.filter));
  }
  if (table.sorted >= 0) {
    const keys = Array.from(table.items, table.columns[table.sorted].key);
    const way = table.down ? -1 : 1;
    order.sort((a, b) => (keys[a] < keys[b] ? -way : keys[a] > keys[b] ? way : a - b));
  }
  table.order = order;
  drawRows(table);
}

function drawRows(table) {
  const last = Math.max(0, Math.ceil(table.order.length / table.size) - 1);
  table.page = Math.min(Math.max(table.page, 0), last);
  const first = table.page * table.size;
  const page = [...table.order.subarray(first, first + table.size)];
  table.element.tBodies[0].replaceChildren(...page.map((i) => rowOf(table, table.items[i])));
  const row = table.element.tBodies[0].rows[0];
  if (row) row.tabIndex = 0;
  table.shown.textContent = shownText(table, first, page.length);
  table.before.disabled = table.page === 0;
  table.after.disabled = table.page === last;
  table.pager.classList.toggle('short', table.items.length <= PAGES[0]);
  markRows(table);
}

function shownText(table, first, length) {
  const all = plural(table.items.length, table.noun);
  if (table.order.length === 0) return table.items.length === 0 ? `no ${table.noun}` : `none of ${all}`;
  const part = `${count(first + 1)}–${count(first + length)}`;
  return table.filter === '' ? `${part} of ${all}` : `${part} of ${count(table.order.length)} (of ${all})`;
}

function rowOf(table, item) {
  const thing = table.thing(item);
  const owner = thing.owner >= 0 ? state.map.owners[thing.owner].id : null;
  const heads = table.element.tHead.rows[0].cells;
  const cells = table.columns.map((column, i) => el('td', { class: heads[i].className || null }, [column.text(item)]));
  const row = el(
    'tr',
    { 'data-start': hexOf(thing.start), 'data-end': hexOf(thing.end), 'data-owner': owner, tabindex: -1 },
    cells,
  );
  row.item = item;
  row.addEventListener('click', () => select(thing));
  row.addEventListener('mouseenter', () => hover(thing));
  row.addEventListener('mouseleave', () => hover(null));
  return row;
}

function markRows(table) {
  for (const row of table.element.tBodies[0].rows) {
    const chosen = state.selection !== null && table.isSelected(row.item, state.selection);
    row.setAttribute('aria-selected', String(chosen));
  }
}

/** Turns each table to the page with what is selected. */
function revealSelection() {
  for (const table of tables) {
    if (state.selection !== null) {
      const at = table.order.findIndex((i) => table.isSelected(table.items[i], state.selection));
      const page = Math.floor(at / table.size);
      if (at >= 0 && page !== table.page) {
        table.page = page;
        drawRows(table);
        continue;
      }
    }
    markRows(table);
  }
}

/** Up and down go through the rows, Enter and space choose one. */
function onTableKey(table, event) {
  const row = event.target.closest('tbody tr');
  if (!row || event.target !== row) return;
  const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
  if (next) {
    row.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  } else if (event.key === 'Enter' || event.key === ' ') {
    select(table.thing(row.item));
  } else return;
  event.preventDefault();
}

function startTables() {
  [gapsTable, barriersTable, splittersTable, threadsTable, modulesTable, regionsTable].forEach((table) =>
    startTable(table()),
  );
}
