// Ticks each set of boxes alone and compares what #without says with what it should say.
const [sets, expected] = args;
const box = selector => document.querySelector(selector) || (() => { throw selector + ' is not there' })();
const figure = () => document.querySelector('#without').dataset.bytes;
const wrong = [];
// Tables show some rows at a time: as many as there can be, please.
const rows = document.querySelector('#splitters').closest('section').querySelector('select');
if (rows) { rows.selectedIndex = rows.options.length - 1; rows.dispatchEvent(new Event('change')); }
for (let i = 0; i < sets.length; i++) {
    const boxes = sets[i].map(box);
    boxes.forEach(b => b.click());
    for (let patience = 0; patience < 20 && figure() !== expected[i]; patience++)
        await new Promise(drawn => requestAnimationFrame(drawn));
    if (figure() !== expected[i]) wrong.push([sets[i], figure(), expected[i]]);
    boxes.forEach(b => b.click());
}
return wrong;
