// All that is known of the selected row.

function factList(facts) {
  return el(
    'dl',
    {},
    facts.map(([name, text]) => el('div', {}, [el('dt', {}, [name]), el('dd', {}, [text])])),
  );
}

/** A link to a row's report, or null. */
function reportLink(row, text) {
  const report = reportOf(row);
  return report === null ? null : el('a', { href: report, target: '_blank', rel: 'noopener' }, [text]);
}

function closeDetails() {
  select(-1);
  byId('rows').querySelector('tbody tr[tabindex="0"]')?.focus();
}

function drawDetails() {
  const details = byId('details');
  const row = state.selected;
  details.hidden = row < 0;
  if (row < 0) return;
  const known = state.data.columns.filter((one) => one.name !== 'file' && isKnown(one, row));
  const link = reportLink(row, 'Open the report');
  details.replaceChildren(
    el('div', { class: 'head' }, [
      el('h2', {}, [fileOf(row)]),
      button('×', closeDetails, { class: 'close', 'aria-label': 'Close' }),
    ]),
    ...(link ? [el('p', { class: 'actions' }, [link])] : []),
    factList(known.map((one) => [one.title, fieldText(one, row)])),
  );
}
