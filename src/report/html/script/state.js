// What the page shows: the map, the view on it, and what is selected. Parts of the page subscribe to changes.

const state = {
  map: null,
  gaps: [],
  barriers: [],
  shape: null,
  colors: null,
  scale: null,
  view: { at: 0, until: 1 },
  selection: null,
  hovered: null,
  largest: null,
};

const listeners = { view: [], selection: [], hover: [], theme: [] };
const on = (event, act) => listeners[event].push(act);
const changed = (event) => listeners[event].forEach((act) => act());

/** An address at an offset from the floor, cut to the space. */
function addressAt(offset) {
  const inside = Math.min(Math.max(offset, 0), state.shape.span);
  return least(state.map.floor + BigInt(Math.floor(inside)), state.map.ceiling);
}

const offsetOf = (address) => Number(address - state.map.floor);
const lineOf = (address) => toLine(state.scale, Math.min(Math.max(offsetOf(address), 0), state.shape.span));
const hexOf = (address) => hex(address, state.map.bits);

/** What paintCell needs. */
function painting(pen) {
  const { shape, gaps, colors } = state;
  return { pen, shape, gaps, colors, sums: new Float64Array(INSIDE + 1) };
}

/** The addresses of the view. */
function viewRange() {
  const start = addressAt(fromLine(state.scale, state.view.at));
  const end = addressAt(Math.ceil(fromLine(state.scale, state.view.until)));
  return { start, end: most(end, least(start + 1n, state.map.ceiling)) };
}

/** A width of the view near a place of the line: not narrower than some pages, not wider than the line. */
function widthNear(place, width) {
  const whole = lengthOf(state.scale);
  const part = partAt(state.scale, 'at', Math.min(Math.max(place, 0), whole));
  const pages = Number(state.map.page) * 8;
  const narrowest = Math.min(whole, (pages / (part.to - part.from)) * (part.until - part.at));
  return Math.min(whole, Math.max(narrowest, width));
}

/** Shows `at..until` of the line, kept inside and not narrower than some pages. */
function setView(at, until) {
  const whole = lengthOf(state.scale);
  const width = widthNear((at + until) / 2, until - at);
  const start = Math.min(Math.max((at + until - width) / 2, 0), whole - width);
  state.view = { at: start, until: start + width };
  changed('view');
}

const showWhole = () => setView(0, lengthOf(state.scale));

/** Zooms by a factor around a position of the line. */
function zoom(factor, around = (state.view.at + state.view.until) / 2) {
  const { at, until } = state.view;
  const width = widthNear(around, (until - at) * factor);
  const start = around - ((around - at) / (until - at)) * width;
  setView(start, start + width);
}

/** Moves the view by a share of its width. */
function pan(share) {
  const by = (state.view.until - state.view.at) * share;
  const whole = lengthOf(state.scale);
  const shift = Math.min(Math.max(by, -state.view.at), whole - state.view.until);
  setView(state.view.at + shift, state.view.until + shift);
}

/** Shows a range with room on both sides. */
function zoomTo(start, end) {
  const [from, to] = [lineOf(start), lineOf(end)];
  const room = Math.max((to - from) * 0.75, 1);
  setView(from - room, to + room);
}

/** Brings a range into view, and makes it large enough to be seen. */
function bringIntoView(start, end) {
  const [from, to] = [lineOf(start), lineOf(end)];
  const { at, until } = state.view;
  const visible = at <= from && to <= until && (to - from) / (until - at) > 0.004;
  if (visible) return;
  const width = Math.max(to - from, 1) / (until - at) > 0.004 ? until - at : Math.max(to - from, 1) * 12;
  const middle = (from + to) / 2;
  if (to - from > width * 0.9) zoomTo(start, end);
  else setView(middle - width / 2, middle + width / 2);
}

/** Selects a thing: `{type, start, end, owner, regions, title}`, or null. `owner` is a number, or -1. */
function select(selection, reveal = true) {
  state.selection = selection;
  if (selection && reveal) bringIntoView(selection.start, selection.end);
  changed('selection');
}

function hover(thing) {
  state.hovered = thing;
  changed('hover');
}

/** The region or gap at an address, or null outside. */
function thingAt(address) {
  const index = regionAt(state.map, address);
  if (index >= 0) return regionThing(index);
  const gap = firstAbove(state.shape.gapTo, offsetOf(address));
  const found = [state.gaps[gap - 1], state.gaps[gap], state.gaps[gap + 1]];
  const holds = found.find((g) => g && g.start <= address && address < g.end);
  return holds ? gapThing(holds) : null;
}

function regionThing(index) {
  const owner = state.map.ownerOf[index];
  const { starts, ends, owners } = state.map;
  return { type: 'region', index, start: starts[index], end: ends[index], owner, title: owners[owner].label };
}

const gapThing = (gap) => ({ type: 'gap', index: gap.index, start: gap.start, end: gap.end, owner: -1, title: 'gap' });

/** What the pointer means at `from..to`: what is in the middle, but rather something small than the gap around it. */
function thingIn(from, to) {
  const { shape } = state;
  const middle = thingAt(addressAt((from + to) / 2));
  if (middle && middle.type === 'region') return middle;
  let best = -1;
  for (let i = firstAbove(shape.to, from); i < shape.from.length && shape.from[i] < to; i += 1) {
    if (best < 0 || shape.to[i] - shape.from[i] > shape.to[best] - shape.from[best]) best = i;
  }
  return best < 0 ? middle : regionThing(best);
}

/** Indexes of all regions of an owner. */
function regionsOf(owner) {
  const found = [];
  for (let i = 0; i < state.map.ownerOf.length; i += 1) if (state.map.ownerOf[i] === owner) found.push(i);
  return found;
}

/** From an owner's first to its last region, or null. */
function hullOf(owner) {
  const own = regionsOf(owner);
  return own.length === 0 ? null : { start: state.map.starts[own[0]], end: state.map.ends[own[own.length - 1]] };
}

/** What stands before free sizes that are upper bounds: of the largest gap, and of any other. */
function boundOf(gaps, largest) {
  const unlisted = gaps.filter((gap) => gap.certainty === 'not-listed');
  const holds = (gap) => largest !== null && gap.start <= largest.start && largest.end <= gap.end;
  return { largest: unlisted.some(holds) ? 'at most ' : '', any: unlisted.length > 0 ? 'at most ' : '' };
}

const largestSize = () => state.atMost.largest + bytes(sizeOf(state.largest));
