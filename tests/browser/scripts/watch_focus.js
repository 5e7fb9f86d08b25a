// Writes down what gets the focus, and whether one sees that: an outline or a shadow.
window.focused = [];
document.addEventListener("focusin", event => {
    const e = event.target, style = getComputedStyle(e);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    const name = e.id ? "#" + e.id
        : e.matches("th button") ? "header of " + e.closest("table").id
        : e.matches("input.filter") ? "filter of " + (e.closest("section").querySelector("table") || {}).id
        : e.matches("[data-owner]") && e.type === "checkbox" ? "tick box of an owner"
        : e.matches("[data-group]") ? "tick box of a group"
        : e.tagName.toLowerCase();
    focused.push([name, outlined || style.boxShadow !== "none"]);
});
document.body.tabIndex = -1; document.body.focus();
