// What the largest gap would be without what is ticked: single owners, and groups (all of a kind, a pool of threads …).
// Groups are ticked by their place in the map's list.

const ticked = { owners: new Set(), groups: new Set() };

const isTicked = (owner) => ticked.owners.has(owner);

/** For each owner, whether it is ticked, by itself or with its group. */
function goneOwners() {
  const groups = state.map.groups.filter((_, place) => ticked.groups.has(place));
  const isGone = (owner) => isTicked(owner.number) || groups.some((group) => group.has(owner));
  return Uint8Array.from(state.map.owners, (owner) => (isGone(owner) ? 1 : 0));
}

function tick(owner, yes) {
  if (yes) ticked.owners.add(owner);
  else ticked.owners.delete(owner);
  drawWithout();
}

function tickGroup(place, yes) {
  if (yes) ticked.groups.add(place);
  else ticked.groups.delete(place);
  drawWithout();
}

/** Whether the request would fit, as a sentence; nothing without a request. */
function fitSentence(isGone) {
  if (state.map.needed === null) return '';
  const place = placeWithout(state.map, isGone);
  const request = `The request of ${bytes(state.map.needed)}`;
  if (place === null) return ` ${request} would still not fit.`;
  const bound = state.map.certainty.includes('n') ? ', if what is not listed is free' : '';
  return ` ${request} would fit, at ${hexOf(place)}${bound}.`;
}

function drawWithout() {
  nameTrial();
  const { map } = state;
  const gone = goneOwners();
  const isGone = (region) => gone[map.ownerOf[region]] === 1;
  const best = largestWithout(map, isGone);
  const size = sizeOf(best);
  const out = byId('without');
  out.dataset.bytes = size.toString();
  out.dataset.start = best ? hexOf(best.start) : '';
  const gain = size - sizeOf(state.largest);
  const most =
    ticked.owners.size + ticked.groups.size === 0
      ? 'Nothing is ticked: the largest gap is '
      : 'The largest gap would be ';
  const where = best ? ` at ${hexOf(best.start)} – ${hexOf(best.end)}` : '';
  const more = gain > 0n ? `, ${bytes(gain)} more than now.` : '.';
  const bound = map.complete ? '' : ' (Of what this page holds of the map.)';
  out.replaceChildren(most, el('strong', {}, [state.atMost.any + bytes(size)]), where + more + fitSentence(isGone) + bound);
  if (best)
    out.append(
      ' ',
      button('Show it', () =>
        select({ type: 'range', ...best, owner: -1, title: 'largest gap without what is ticked' }),
      ),
    );
  drawTicks();
}

/** The boxes and chips say what is ticked. */
function drawTicks() {
  document.querySelectorAll('input[data-number]').forEach((box) => {
    box.checked = isTicked(Number(box.dataset.number));
  });
  document.querySelectorAll('input[data-group]').forEach((box, place) => {
    box.checked = ticked.groups.has(place);
  });
  const shown = [...ticked.owners].slice(0, 40).map((number) => {
    const label = state.map.owners[number].label;
    return button(`${label} ×`, () => tick(number, false), { class: 'chip', 'aria-label': `Keep ${label}` });
  });
  const rest = ticked.owners.size - shown.length;
  const clear =
    ticked.owners.size + ticked.groups.size > 0 ? [button('Clear', clearTicks, { class: 'chip clear' })] : [];
  byId('ticked').replaceChildren(...shown, ...(rest > 0 ? [` and ${count(rest)} more `] : []), ...clear);
}

function clearTicks() {
  ticked.owners.clear();
  ticked.groups.clear();
  drawWithout();
}

/** A tick box for an owner. */
function tickBox(owner) {
  const { id, label, number } = state.map.owners[owner];
  const box = el('input', {
    type: 'checkbox',
    'data-owner': id,
    'data-number': number,
    'aria-label': `without ${label}`,
  });
  box.checked = isTicked(number);
  box.addEventListener('change', () => tick(number, box.checked));
  box.addEventListener('click', (event) => event.stopPropagation());
  return box;
}

function startWithout() {
  // The rows of this table are the map's groups, in the same order (tables.rs).
  const rows = byId('splitter-groups').tBodies[0].rows;
  state.map.groups.forEach(({ name }, place) => {
    const box = el('input', { type: 'checkbox', 'data-group': name });
    box.addEventListener('change', () => tickGroup(place, box.checked));
    const cell = rows[place].cells[0];
    cell.replaceChildren(el('label', {}, [box, ` ${cell.textContent}`]));
  });
  drawWithout();
}
