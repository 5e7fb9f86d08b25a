// Search by address, by name, by thread.

const MOST_HITS = 30;

/** The address that a text means, or null: hex, with or without 0x, as WinDbg and gdb write it. */
function addressIn(text) {
  const digits = text.replace(/^0x/i, '').replace(/[`_]/g, '');
  return /^[0-9a-f]{1,16}$/i.test(digits) ? BigInt('0x' + digits) : null;
}

/** What lies at an address, as a hit; nothing outside of the space. */
function addressHits(text) {
  const address = addressIn(text);
  if (address === null || address < state.map.floor || address >= state.map.ceiling) return [];
  const thing = thingAt(address);
  return thing
    ? [{ text: `${hexOf(address)}: ${thing.title}, ${bytes(thing.end - thing.start)}`, thing: () => thing }]
    : [];
}

function threadHits(text) {
  const hits = state.map.threads.filter((t) => t.id === text || (t.name ?? '').toLowerCase().includes(text));
  return hits.map((t) => {
    const name = t.name ? ` (${t.name})` : '';
    return { id: t.id, text: `thread ${t.id}${name}`, thing: () => threadThing(t) };
  });
}

function moduleHits(text) {
  const hits = state.map.modules.filter(
    (m) => m.path.toLowerCase().includes(text) || m.name.toLowerCase().includes(text),
  );
  const table = modulesTable();
  return hits.map((m) => ({ text: `module ${m.name} at ${hexOf(m.start)}`, thing: () => table.thing(m) }));
}

/** Owners by label, name or id, other than the modules and stacks that were found already. */
function ownerHits(text) {
  const found = (o) => [o.label, o.name ?? '', o.id].some((t) => t.toLowerCase().includes(text));
  const others = state.map.owners.filter((o) => o.kind !== 'module' && found(o));
  return others
    .map((o) => ({ text: `${o.label} at ${hexOf(o.start)}`, thing: () => ownerThing(o.number) }))
    .slice(0, MOST_HITS + 1);
}

function ownerThing(number) {
  const owner = state.map.owners[number];
  const hull = hullOf(number) ?? { start: owner.start, end: owner.start + 1n };
  return {
    type: 'owner',
    ...hull,
    owner: number,
    title: owner.label,
    facts: [['regions', count(regionsOf(number).length)]],
  };
}

/** All hits. A thread's id comes before an address, for it may be one too; an address before names. */
function find(text) {
  if (text === '') return [];
  const isId = (hit) => hit.id === text;
  const threads = threadHits(text);
  const others = threads.filter((hit) => !isId(hit));
  return [...threads.filter(isId), ...addressHits(text), ...others, ...moduleHits(text), ...ownerHits(text)];
}

function jump(hit) {
  select(hit.thing());
  byId('search-results').hidden = true;
  showPicture();
}

function drawHits() {
  const text = byId('search').value.trim().toLowerCase();
  const hits = find(text);
  const list = byId('search-results');
  list.replaceChildren(...hits.slice(0, MOST_HITS).map((hit) => button(hit.text, () => jump(hit))));
  if (hits.length === 0 && text !== '') list.append(el('p', {}, ['nothing found']));
  if (hits.length > MOST_HITS) list.append(el('p', {}, ['and more; a longer text finds fewer']));
  list.hidden = text === '';
  if (text !== '')
    announce(hits.length === 0 ? 'nothing found' : `${plural(Math.min(hits.length, MOST_HITS), 'result')}`);
  return hits;
}

/** Enter goes to the first hit, the arrows through all. */
function onSearchKey(event) {
  const list = byId('search-results');
  if (event.key === 'Enter') {
    const [first] = drawHits();
    if (first) jump(first);
  } else if (event.key === 'ArrowDown' && !list.hidden) {
    list.querySelector('button')?.focus();
    event.preventDefault();
  } else if (event.key === 'Escape') {
    list.hidden = true;
  }
}

function onHitKey(event) {
  const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
  if (event.key === 'Escape') {
    byId('search-results').hidden = true;
    byId('search').focus();
  }
  if (!step) return;
  event.preventDefault();
  (document.activeElement[step] ?? byId('search')).focus();
}

function startSearch() {
  byId('search').addEventListener('input', settled(80, drawHits));
  byId('search').addEventListener('keydown', onSearchKey);
  byId('search-results').addEventListener('keydown', onHitKey);
  document.addEventListener('pointerdown', (event) => {
    if (!event.target.closest('.search')) byId('search-results').hidden = true;
  });
}
