/** The other of light and dark than what is shown. */
function startTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  byId('theme').addEventListener('click', () => {
    const root = document.documentElement;
    const shown = root.dataset.theme ?? (dark.matches ? 'dark' : 'light');
    root.dataset.theme = shown === 'dark' ? 'light' : 'dark';
    changed('theme');
  });
  dark.addEventListener('change', () => changed('theme'));
}
