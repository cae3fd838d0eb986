// Finds pages by their titles, in a file that the build has written.
const { index } = document.querySelector('script[data-index]').dataset;
const pages = await (await fetch(index)).json();

const input = document.querySelector('input');
input.addEventListener('input', ({ target }) => {
  const word = target.value.toLowerCase();
  const found = pages.filter(({ title }) => title.toLowerCase().includes(word));
  const items = found.map(({ title, path }) => {
    const link = Object.assign(document.createElement('a'), { href: path, textContent: title });
    const item = document.createElement('li');
    item.append(link);
    return item;
  });
  document.querySelector('[data-found]').replaceChildren(...items);
});
input.disabled = false;
