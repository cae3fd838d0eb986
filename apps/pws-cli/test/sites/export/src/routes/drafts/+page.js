// No file of its own: the shell answers, and the page is made in the browser.
export const prerender = false;
export const ssr = false;
