// What belongs to the page as a whole: the saved report, light and dark, the legend, keys.

/** Whether the reader wants nothing to move. */
const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Scrolls to the picture. */
const showPicture = () => byId('picture').scrollIntoView({ block: 'start', behavior: calm() ? 'auto' : 'smooth' });

/** The report's JSON, unpacked: the bytes of `--format json`. */
async function reportJson() {
  const packed = atob(byId('report-json').textContent.trim());
  const packedBytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
  const stream = new Blob([packedBytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).blob();
}

async function saveJson() {
  const blob = new Blob([await reportJson()], { type: 'application/json' });
  const link = el('a', { href: URL.createObjectURL(blob), download: byId('report-json').dataset.name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function startSave() {
  const save = byId('save-json');
  const isHere = byId('report-json').textContent.trim() !== '';
  save.disabled = !isHere;
  if (!isHere) save.title = 'The report is too large for a page; --format json writes it';
  save.addEventListener('click', saveJson);
}

const reservedNote = 'paler, and hatched where there is room: taken, without memory behind it';

/** What colours and letters mean: only of what is in this map. */
function drawLegend() {
  const there = new Set(state.shape.look);
  const item = (name, mark, note, letter = '') => {
    const swatch = el('span', { class: `swatch ${mark}`, 'aria-hidden': 'true' }, [letter]);
    return el('li', {}, [swatch, note ? el('abbr', { title: note }, [name]) : name]);
  };
  const isThere = (i) => there.has(i) || there.has(i + LOOKS.length);
  const kinds = LOOKS.flatMap((look, i) =>
    isThere(i) ? [item(look.name, look.color.slice(2), null, look.letter)] : [],
  );
  const { map } = state;
  const insideNote = 'chunks that malloc can hand out again, and nobody else';
  const more = [
    ...(map.inside.free.length > 0 ? [item('free inside heaps', 'heap-free', insideNote)] : []),
    ...([...there].some((i) => i >= LOOKS.length) ? [item('reserved', 'reserved', reservedNote)] : []),
    ...(map.certainty.includes('f') ? [item('free', 'free', null)] : []),
    ...(map.certainty.includes('n') ? [item('not listed', 'unlisted', 'nothing says that it is free')] : []),
    ...(state.shape.wasteful ? [item('unusable', 'unusable', 'free, but cut off by the allocation granularity')] : []),
    ...(state.shape.unreachable ? [item('never used by mmap', 'unreachable', null)] : []),
    item('stack pointer', 'pointer', null),
    item('largest gap', 'largest', null),
    item('selected', 'selected', null),
  ];
  byId('legend').replaceChildren(...kinds, ...more);
}

/** `/` goes to the search, Escape closes the details. */
function onPageKey(event) {
  const typing = event.target.closest('input, select, textarea');
  if (event.key === '/' && !typing) {
    event.preventDefault();
    byId('search').focus();
  }
  if (event.key === 'Escape' && state.selection && !typing) closeDetails();
}

/** Which scale: of large spaces the bands in use, unless the reader asks for every address. */
function startScale() {
  const gaps = Array.from(state.shape.gapFrom, (from, i) => ({ from, to: state.shape.gapTo[i] }));
  const bands = bandScale(gaps, state.shape.span);
  const isLarge = state.map.ceiling > FOUR_GIB && bands.some((part) => part.isGap);
  state.scale = isLarge ? bands : linearScale(state.shape.span);
  state.view = { at: 0, until: lengthOf(state.scale) };
  byId('scale-choice').hidden = !isLarge;
  byId('scale').addEventListener('change', () => {
    const { start, end } = viewRange();
    state.scale = byId('scale').value === 'bands' ? bands : linearScale(state.shape.span);
    setView(lineOf(start), lineOf(end));
  });
}
