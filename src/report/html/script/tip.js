// What is under the pointer.

/** Facts of a thing as pairs of name and text; the details panel shows the same. */
function factsOf(thing) {
  const { map } = state;
  const facts = [
    ['range', `${hexOf(thing.start)} – ${hexOf(thing.end)}`],
    ['size', sizeText(thing.end - thing.start)],
  ];
  if (thing.type === 'region') facts.push(...regionFacts(thing.index));
  if (thing.type === 'gap') facts.push(...gapFacts(state.gaps[thing.index]));
  if (thing.facts) facts.push(...thing.facts);
  if (thing.type !== 'region' && thing.owner >= 0) facts.push(...ownerFacts(map.owners[thing.owner]));
  facts.push(['below', neighbour(thing.start, -1)], ['above', neighbour(thing.end, 1)]);
  return facts;
}

const sizeText = (size) => (size < 1024n ? bytes(size) : `${bytes(size)} (${count(size)} bytes)`);

function regionFacts(index) {
  const { map } = state;
  const attributes = map.attributes[map.attributesOf[index]];
  const file = map.fileOf[index];
  return [
    ...ownerFacts(map.owners[map.ownerOf[index]]),
    ['state', attributes.state],
    ...insideFacts([index]),
    ['protection', attributes.protection ?? 'not known'],
    ['evidence', attributes.evidence.join(', ')],
    ...(file < 0 ? [] : [['backing', map.files[file]]]),
  ];
}

/** How much of some regions is free inside, if anything is. */
function insideFacts(regions) {
  const free = regions.reduce((sum, index) => sum + (state.map.inside.ofRegion.get(index) ?? 0n), 0n);
  return free > 0n ? [['inside', `${bytes(free)} of it free inside`]] : [];
}

function ownerFacts(owner) {
  const name = owner.name && !owner.label.includes(owner.name) ? [['name', owner.name]] : [];
  return [['kind', owner.kind], ['owner', owner.label + (owner.pinned ? ' (pinned)' : '')], ...name];
}

function gapFacts(gap) {
  const parts = reachableParts(state.map, gap);
  const can = parts.reduce((sum, part) => sum + sizeOf(part), 0n);
  return [
    ['kind', gap.certainty === 'free' ? 'free' : 'not listed: nothing says that it is free'],
    ['can be used', bytes(can)],
  ];
}

/** What lies right below (-1) or above (1) an address. */
function neighbour(address, side) {
  const { map } = state;
  if (side < 0 && address <= map.floor) return '(floor)';
  if (side > 0 && address >= map.ceiling) return '(ceiling)';
  const thing = thingAt(side < 0 ? address - 1n : address);
  return thing ? `${thing.title}, ${bytes(thing.end - thing.start)}` : '';
}

/** Shows the tip beside the pointer, inside the window. */
function showTip(thing, event) {
  if (!thing) return hideTip();
  const same = state.hovered && state.hovered.start === thing.start;
  const tip = byId('tip');
  if (!same || tip.hidden) {
    tip.replaceChildren(el('strong', {}, [thing.title]), factList(factsOf(thing)));
    hover(thing);
  }
  tip.hidden = false;
  const left = Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8);
  const above = event.clientY + 18 + tip.offsetHeight > window.innerHeight;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${above ? Math.max(8, event.clientY - tip.offsetHeight - 12) : event.clientY + 18}px`;
  return undefined;
}

function hideTip() {
  byId('tip').hidden = true;
  if (state.hovered) hover(null);
}

function factList(facts) {
  return el(
    'dl',
    {},
    facts.map(([name, text]) => el('div', {}, [el('dt', {}, [name]), el('dd', {}, [text])])),
  );
}
