// The panel about what is selected.

function drawDetails() {
  const panel = byId('details');
  const thing = state.selection;
  panel.hidden = !thing;
  if (!thing) return;
  panel.dataset.start = hexOf(thing.start);
  panel.dataset.end = hexOf(thing.end);
  if (thing.owner >= 0) panel.dataset.owner = state.map.owners[thing.owner].id;
  else delete panel.dataset.owner;
  const close = button('×', closeDetails, { class: 'close', 'aria-label': 'Close details' });
  const title = el('h2', {}, [`${thing.type}: ${thing.title}`]);
  panel.replaceChildren(el('div', { class: 'head' }, [title, close]), factList(factsOf(thing)), actionsFor(thing));
  announce(`${thing.type} ${thing.title}, ${bytes(thing.end - thing.start)} at ${hexOf(thing.start)}`);
}

function actionsFor(thing) {
  const actions = [button('Zoom to it', () => zoomTo(thing.start, thing.end)), button('Show the picture', showPicture)];
  if (thing.owner >= 0) {
    actions.push(button('All of this owner', () => selectOwner(thing.owner)));
    const trial = button('', () => tick(thing.owner, !isTicked(thing.owner)), { 'data-trial': thing.owner });
    nameTrial(trial);
    actions.push(trial);
  }
  return el('div', { class: 'actions' }, actions);
}

/** The button that ticks the chosen owner says which way it goes; it stays the same button, so that it keeps the focus. */
function nameTrial(trial = byId('details').querySelector('[data-trial]')) {
  if (trial) trial.textContent = isTicked(Number(trial.dataset.trial)) ? 'Keep it' : 'Try without it';
}

/** Selects everything that belongs to an owner. */
function selectOwner(number) {
  const owner = state.map.owners[number];
  const hull = hullOf(number);
  if (!hull) return;
  const facts = [['regions', count(regionsOf(number).length)], ...insideFacts(regionsOf(number))];
  select({ type: 'owner', ...hull, owner: number, title: owner.label, facts });
}

function closeDetails() {
  select(null);
  byId('strip').focus();
}
