// Tables that turn pages: a page of rows is in the document, never all of them.

const PAGES = [20, 100, 1000];

/** Takes over a table that Rust wrote. `spec` has `id`, `noun`, `order()` with what to show, and `rowOf(item)`. */
function pagedTable(spec) {
  const element = byId(spec.id);
  const table = { ...spec, element, page: 0, size: spec.size ?? PAGES[0] };
  const title = element.closest('section').querySelector('h2').textContent.toLowerCase();
  table.size_choice = el(
    'select',
    { 'aria-label': `Rows per page of ${title}` },
    PAGES.map((n) => el('option', { value: n, selected: n === table.size }, [`${count(n)} rows`])),
  );
  table.size_choice.addEventListener('change', () => {
    table.page = 0;
    table.size = Number(table.size_choice.value);
    drawPage(table);
  });
  table.shown = el('span', { class: 'shown' });
  table.before = button('‹', () => turn(table, -1), { 'aria-label': `Previous page of ${title}` });
  table.after = button('›', () => turn(table, 1), { 'aria-label': `Next page of ${title}` });
  table.pager = el('div', { class: 'pager' }, [table.before, table.shown, table.after, table.size_choice]);
  element.closest('section').querySelector('.more').replaceWith(table.pager);
  element.setAttribute('role', 'grid');
  element.addEventListener('keydown', (event) => onTableKey(table, event));
  return table;
}

function turn(table, by) {
  table.page += by;
  drawPage(table);
}

function drawPage(table) {
  const order = table.order();
  const last = Math.max(0, Math.ceil(order.length / table.size) - 1);
  table.page = Math.min(Math.max(table.page, 0), last);
  const first = table.page * table.size;
  const items = [...order.slice(first, first + table.size)];
  table.element.tBodies[0].replaceChildren(...items.map((item) => pageRow(table, item)));
  const row = table.element.tBodies[0].rows[0];
  if (row) row.tabIndex = 0;
  const all = plural(table.total(), table.noun);
  const part = `${count(first + 1)}–${count(first + items.length)} of `;
  const found = order.length === table.total() ? all : `${count(order.length)} (of ${all})`;
  table.shown.textContent = order.length === 0 ? `none of ${all}` : part + found;
  table.before.disabled = table.page === 0;
  table.after.disabled = table.page === last;
  table.pager.classList.toggle('short', order.length <= PAGES[0]);
  markPage(table);
}

function pageRow(table, item) {
  const row = table.rowOf(item);
  row.tabIndex = -1;
  row.item = item;
  row.addEventListener('click', (event) => event.target.closest('a') || table.choose(item));
  return row;
}

/** Marks the rows that are chosen. */
function markPage(table) {
  for (const row of table.element.tBodies[0].rows) {
    row.setAttribute('aria-selected', String(table.isChosen(row.item)));
  }
}

/** Turns to the page with an item. */
function turnTo(table, item) {
  const at = table.order().indexOf(item);
  if (at < 0) return;
  table.page = Math.floor(at / table.size);
  drawPage(table);
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
    table.choose(row.item);
  } else return;
  event.preventDefault();
}
