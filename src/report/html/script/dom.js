// Elements. Whatever comes from the dump is set as text, never as markup.

/** The element with this id. */
const byId = (id) => document.getElementById(id);

/** A new element: `el('td', {class: 'num'}, ['4 KiB'])`. Texts and elements are its children. */
function el(tag, attributes = {}, children = []) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}

/** A button that calls `act`. */
function button(text, act, attributes = {}) {
  const element = el('button', { type: 'button', ...attributes }, [text]);
  element.addEventListener('click', act);
  return element;
}

/** Calls `act` once, `wait` milliseconds after the last of several calls. */
function settled(wait, act) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...values), wait);
  };
}

/** Calls `act` at most once per frame. */
function perFrame(act) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      act();
    });
  };
}

/** Says something to screen readers. */
function announce(text) {
  byId('live').textContent = text;
}
