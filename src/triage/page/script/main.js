// Unpacks the rows, starts all parts, draws.

/** What is drawn again when something changes. */
function subscribe() {
  const plot = perFrame(drawPlot);
  on('filter', () => {
    tables.rows.page = 0;
    plot();
    drawActive();
    drawLegend();
    drawPage(tables.rows);
    if (tables.groups) markPage(tables.groups);
  });
  on(
    'filter',
    settled(600, () => announce(`${count(state.matches)} of ${plural(state.data.rows, 'dump')}`)),
  );
  on('order', () => {
    tables.rows.page = 0;
    drawHead();
    drawPage(tables.rows);
  });
  on('hover', () => drawMarks());
  on('selection', () => {
    drawMarks();
    drawDetails();
    markPage(tables.rows);
  });
  on('theme', () => {
    colors.clear();
    plot();
    drawLegend();
    drawPage(tables.rows);
  });
  new ResizeObserver(plot).observe(byId('plot'));
}

/** Says above the rows what Rust found out while it packed them. */
function tellLeftOut() {
  const said = byId('left-out');
  if (!said) return;
  byId('left-out-here').textContent = said.textContent;
  byId('left-out-here').hidden = false;
}

/** Tells how far unpacking is, and lets the browser draw now and then. */
function tellProgress() {
  let drawn = performance.now();
  return async (data) => {
    if (performance.now() - drawn < 100) return;
    byId('rows-remark').textContent = `opening ${count(data.rows)} of ${count(data.expected)} …`;
    await new Promise((done) => setTimeout(done));
    drawn = performance.now();
  };
}

async function start() {
  const packed = byId('rows-data');
  state.data = await unpack(packed.textContent, tellProgress());
  // Megabytes of text that nobody needs again.
  packed.textContent = '';
  document.querySelectorAll('.script').forEach((element) => {
    element.hidden = false;
  });
  collectLooks();
  startRows();
  startGroups();
  startFacets();
  subscribe();
  drawHead();
  applyFilters();
  startAcross();
  [startPlot, startSearch, startTheme, tellLeftOut].forEach((part) => part());
  document.addEventListener('keydown', onPageKey);
  drawPlot();
  document.documentElement.dataset.ready = '1';
  window.fragscope = { ready: true };
}

start().catch((error) => {
  byId('rows-remark').textContent = `All rows cannot be shown here (${error.message}); the first stand below.`;
});
