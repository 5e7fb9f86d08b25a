// Text whose contrast is too low, as WCAG 2.1 defines contrast: below 4.5, or 3 for large text.
const parse = c => { const m = c.match(/[\d.]+/g).map(Number);
    return /^color\(srgb/.test(c) ? [m[0] * 255, m[1] * 255, m[2] * 255, m[3] ?? 1] : [m[0], m[1], m[2], m[3] ?? 1]; };
const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
const light = c => { const [r, g, b] = c.slice(0, 3).map(v => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const behind = e => { const chain = []; for (; e; e = e.parentElement) chain.push(parse(getComputedStyle(e).backgroundColor));
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    return chain.reverse().reduce((under, top) => over(top, under), dark ? [18, 18, 18, 1] : [255, 255, 255, 1]); };
const faint = new Map();
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; node = walker.nextNode();) {
    const e = node.parentElement;
    if (!node.data.trim() || !e.getClientRects().length || e.closest("script, style, canvas")) continue;
    const style = getComputedStyle(e), under = behind(e), text = over(parse(style.color), under);
    if (style.visibility === "hidden" || e.closest("[disabled]")) continue;
    const [a, b] = [light(text), light(under)], ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) faint.set(e.tagName + "." + e.className, [ratio.toFixed(2), node.data.trim().slice(0, 30)]);
}
return [...faint];
