// What filters and arranges: search, lists of values, the legend, columns, and what is in use.

/** Columns that have a list of their values, if those are few; the legend is that of verdicts. */
const FACETS = ['status', 'bits', 'os', 'cpu', 'format', 'writer', 'evidence', 'process', 'crash_reason'];
const MOST_VALUES = 40;

/** How often each text stands in a column, the most frequent first; null if there are too many or only one. */
function valuesOf(facet) {
  const counts = new Map();
  for (let row = 0; row < state.data.rows; row += 1) {
    const key = facet.at[row];
    counts.set(Number.isNaN(key) ? -1 : key, (counts.get(Number.isNaN(key) ? -1 : key) ?? 0) + 1);
    if (counts.size > MOST_VALUES) return null;
  }
  if (counts.size < 2) return null;
  const text = (key) => (key < 0 ? UNKNOWN : facet.words ? facet.words[key] : count(key));
  return [...counts].map(([key, found]) => [text(key), found]).sort((a, b) => b[1] - a[1]);
}

function facetControl(name) {
  const facet = column(name);
  const values = valuesOf(facet);
  if (values === null) return [];
  const choice = el('select', { 'data-facet': name }, [
    el('option', { value: '' }, ['any']),
    ...values.map(([text, found], i) => el('option', { value: i }, [`${text} (${count(found)})`])),
  ]);
  choice.addEventListener('change', () => setFacet(name, choice.value === '' ? null : values[Number(choice.value)][0]));
  on('filter', () => {
    const wanted = state.filters.facets.get(name);
    choice.value = wanted === undefined ? '' : String(values.findIndex(([text]) => text === wanted));
  });
  return [el('label', {}, [`${facet.title} `, choice])];
}

/** Which columns the table shows. */
function columnsControl() {
  const boxes = state.data.columns
    .filter((one) => one.known)
    .map((one) => {
      const box = el('input', { type: 'checkbox', checked: one.shown, 'data-column': one.name });
      box.addEventListener('change', () => {
        one.shown = box.checked;
        drawHead();
        drawPage(tables.rows);
      });
      return el('label', {}, [box, ` ${one.title}`]);
    });
  return el('details', { id: 'columns' }, [el('summary', {}, ['Columns']), el('div', { class: 'boxes' }, boxes)]);
}

/** The names of the rows that match, a line each, as --files-from takes them. */
function saveNames() {
  const names = Array.from(state.order, (row) => `${fileOf(row)}\n`);
  const link = el('a', { href: URL.createObjectURL(new Blob(names, { type: 'text/plain' })), download: 'dumps.txt' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function startFacets() {
  const save = button('Save names', saveNames, { id: 'save-names', title: 'The files shown, a line each, for --files-from' });
  const ends = el('div', { class: 'ends' }, [columnsControl(), save]);
  byId('facets').replaceChildren(...FACETS.flatMap(facetControl), ends);
}

/** A verdict's mark. */
function swatchOf(look) {
  const ratio = window.devicePixelRatio || 1;
  const swatch = el('canvas', { class: 'mark', width: 16 * ratio, height: 16 * ratio, 'aria-hidden': 'true' });
  const pen = swatch.getContext('2d');
  pen.scale(ratio, ratio);
  drawMark(pen, look, 8, 8, 5.2);
  return swatch;
}

/** A button for each verdict, which shows its rows alone. */
function drawLegend() {
  const verdicts = valuesOf(column('verdict')) ?? [];
  const entry = ([text, found]) => {
    const chosen = state.filters.facets.get('verdict') === text;
    const name = text === UNKNOWN ? 'none' : text;
    const act = () => setFacet('verdict', chosen ? null : text);
    const choice = button('', act, { class: 'chip', 'aria-pressed': String(chosen), 'data-verdict': text });
    choice.append(swatchOf(lookOf(text)), `${name} ${count(found)}`);
    return el('li', {}, [choice]);
  };
  byId('legend').replaceChildren(...verdicts.map(entry));
}

function startAcross() {
  const counts = ACROSS.map((name) => ({ name, dots: dotsAcross(name) }));
  state.x = firstAcross(counts);
  const possible = counts.filter(({ dots: found, name }) => found > 0 || name === state.x);
  const option = ({ name, dots: found }) => el('option', { value: name, selected: name === state.x }, [`${column(name).title} (${count(found)})`]);
  const choice = byId('x-column');
  choice.replaceChildren(...possible.map(option));
  choice.addEventListener('change', () => goAcross(choice.value));
  goAcross(state.x);
}

/** Makes the plot go across a column. */
function goAcross(name) {
  state.x = name;
  collectDots();
  byId('x-name').textContent = column(name).title;
  byId('plot').dataset.dots = String(dots.rows.length);
  const missing = state.data.rows - dots.rows.length;
  byId('picture-remark').textContent = missing === 0 ? 'every dump has a dot' : `${plural(missing, 'dump')} without these figures ${missing === 1 ? 'has' : 'have'} no dot`;
  if (state.filters.box && state.filters.box.x !== name) setBox(null);
  changed('theme');
}

const rangeText = (one, from, to) => {
  const text = (number) => (one.kind === 'bytes' ? bytes(BigInt(Math.round(number))) : count(Math.round(number)));
  return to === Infinity ? `${one.title} from ${text(from)}` : `${one.title} ${text(from)} to ${text(to)}`;
};

/** Each filter in use as a text and what lets it go. */
function filtersInUse() {
  const { text, facets, group, box } = state.filters;
  const used = [...facets].map(([name, wanted]) => [`${column(name).title}: ${wanted}`, () => setFacet(name, null)]);
  if (group >= 0) used.push([`group: ${keyTexts(state.data.groups[group]).join(', ')}`, () => setGroup(group)]);
  if (box) {
    const ranges = [rangeText(column('largest'), box.bottom, box.top), rangeText(column(box.x), box.left, box.right)];
    used.push([ranges.join(', '), () => setBox(null)]);
  }
  if (text.trim() !== '') used.push([`“${text.trim()}”`, () => setText('')]);
  return used;
}

function drawActive() {
  const used = filtersInUse();
  const found = `${count(state.matches)} of ${plural(state.data.rows, 'dump')}`;
  const chips = used.map(([text, drop]) => button(`${text} ×`, drop, { class: 'chip', 'aria-label': `Without ${text}` }));
  byId('active').hidden = used.length === 0;
  byId('active').replaceChildren(el('strong', {}, [found]), ...chips, button('Show all', clearFilters, { id: 'show-all' }));
  byId('rows-remark').textContent = used.length === 0 ? '' : found;
  byId('rows').dataset.matches = String(state.matches);
  if (byId('search').value.trim() !== state.filters.text.trim()) byId('search').value = state.filters.text;
}

function startSearch() {
  const search = byId('search');
  search.addEventListener(
    'input',
    settled(150, () => setText(search.value)),
  );
}

/** `/` goes to the search, Escape closes the details. */
function onPageKey(event) {
  const typing = event.target.closest('input, select, textarea');
  if (event.key === '/' && !typing) {
    event.preventDefault();
    byId('search').focus();
  }
  if (event.key === 'Escape' && state.selected >= 0 && !typing) closeDetails();
}
