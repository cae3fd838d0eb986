// Runs once for all pages: the router changes the document, and leaves alone what runs.
document.addEventListener('astro:page-load', () => {
  document.querySelector('main').dataset.alive = import.meta.env.VITE_RELEASE;
  // Not a listener: where another release has come, its script runs beside this one.
  document.querySelector('button').onclick = tellWords;
});

/** By a part that is loaded when somebody wants to know. */
async function tellWords() {
  const output = document.querySelector('output');
  try {
    const { countWords } = await import('./count-words.js');
    output.textContent = countWords(document.querySelector('main').innerText);
  } catch {
    output.textContent = 'There is a new release: reload';
  }
}
