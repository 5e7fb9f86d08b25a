// Unpacks the map, starts all parts, draws.

function prepare() {
  const map = unpack(JSON.parse(byId('map-data').textContent));
  state.map = map;
  state.gaps = findGaps(map);
  state.barriers = findBarriers(state.gaps);
  state.shape = drawable(map, state.gaps);
  state.largest = largestWithout(map, () => false);
  state.atMost = boundOf(state.gaps, state.largest);
  state.colors = palette();
}

/** What is drawn again when something changes. */
function subscribe() {
  const strip = perFrame(drawStrip);
  const overview = perFrame(drawOverview);
  const grid = perFrame(drawGrid);
  const everything = () => {
    state.colors = palette();
    strip();
    overview();
    grid();
  };
  on('view', () => {
    strip();
    overview();
    grid();
  });
  on(
    'view',
    settled(600, () => announce(`showing ${byId('view').textContent}`)),
  );
  on('selection', () => {
    strip();
    grid();
    drawDetails();
    revealSelection();
  });
  on('hover', () => {
    strip();
    grid();
  });
  on('theme', everything);
  new ResizeObserver(everything).observe(byId('strip'));
}

/** A text in place of the picture, for those who do not see it. */
function describe() {
  const { map, gaps, largest } = state;
  const parts = `${plural(map.starts.length, 'region')}, ${plural(gaps.length, 'gap')}, ${plural(map.threads.length, 'thread')}`;
  const gap = largest ? `; the largest gap is ${largestSize()} at ${hexOf(largest.start)}` : '';
  byId('strip').setAttribute(
    'aria-label',
    `Address space ${hexOf(map.floor)} to ${hexOf(map.ceiling)}: ${parts}${gap}. The tables list the same.`,
  );
}

/** Opens the page where it was asked for. */
function openAt() {
  const [start, end] = state.map.focus;
  if (start !== undefined) {
    const thing = thingAt(start);
    if (thing && state.map.selects) select(thing);
    if (thing && end - start <= 1n) zoomTo(thing.start, thing.end);
    else zoomTo(start, end);
  }
  const { section } = document.body.dataset;
  if (section) byId(section).closest('section').scrollIntoView();
}

function start() {
  prepare();
  document.querySelectorAll('.script').forEach((element) => {
    element.hidden = false;
  });
  startScale();
  [startStrip, startOverview, startGrid, startWithout, startTables, startSearch, startSave, startTheme].forEach(
    (part) => part(),
  );
  document.addEventListener('keydown', onPageKey);
  drawLegend();
  describe();
  subscribe();
  drawStrip();
  drawOverview();
  drawGrid();
  openAt();
  document.documentElement.dataset.ready = '1';
  window.fragscope = { ready: true };
}

start();
