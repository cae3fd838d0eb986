// Which page is shown for a path, by the History API.
const base = import.meta.env.BASE_URL;

const routes = [
  [/^$/, () => import('./pages/front.js')],
  [/^cart\/(\d+)$/, () => import('./pages/cart.js')],
  [/^about$/, () => import('./pages/about.js')],
];

/** Shows the page of the address, or says what is to be done where it cannot be loaded. */
export async function showPage() {
  const path = location.pathname.slice(base.length);
  const main = document.querySelector('main');
  for (const [pattern, load] of routes) {
    const found = pattern.exec(path);
    if (found === null) continue;
    try {
      const { render } = await load();
      main.innerHTML = render(...found.slice(1));
    } catch (error) {
      main.innerHTML = `<h1>There is a new release: reload</h1><pre></pre>`;
      main.querySelector('pre').textContent = error.message;
    }
    return;
  }
  main.innerHTML = '<h1>No such page</h1>';
}

/** Goes where a link of the application leads, without loading the document again. */
export function follow(event) {
  const link = event.target.closest('a');
  if (link === null || link.origin !== location.origin) return;
  event.preventDefault();
  history.pushState(null, '', link.href);
  showPage();
}
