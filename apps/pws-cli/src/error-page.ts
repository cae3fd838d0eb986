/**
 * The built-in page for an error.
 * Owns its words and its looks. It says nothing about the request (so that no request can put
 * words on it) nor about the machine, and needs no other file.
 */
import { createHash } from 'node:crypto';

interface Words {
  readonly title: string;
  readonly text: string;
}

const WORDS: ReadonlyMap<number, Words> = new Map([
  [400, words('Bad Request', 'The server could not make sense of this request.')],
  [401, words('Sign In', 'This site is for those who have a name and a password for it.')],
  [403, words('Forbidden', 'The server may not read this file.')],
  // The tutorial's words.
  [
    404,
    words(
      'Page Not Found!',
      'There is nothing at this address. It may have moved, or never have been.',
    ),
  ],
  [405, words('Method Not Allowed', 'Files here can be read, not changed.')],
  [413, words('Content Too Large', 'The request carries more than the server takes.')],
  [414, words('Address Too Long', 'This address is longer than the server reads.')],
  [417, words('Expectation Failed', 'The request expects something that is not done here.')],
  [
    431,
    words(
      'Request Header Too Large',
      'The request has more fields, or longer ones, than the server reads.',
    ),
  ],
  [
    500,
    words('Something Went Wrong', 'The server could not read this file. That is not your doing.'),
  ],
  [501, words('Not Implemented', 'This server has no such method.')],
  [503, words('Busy', 'The server has too much to do at this moment. Try again soon.')],
  [505, words('HTTP Version Not Supported', 'Only HTTP/1.1 and HTTP/1.0 are spoken on this port.')],
]);

function words(title: string, text: string): Words {
  return { title, text };
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5a6675;--paper:#fbfaf7;--mark:#c2410c}
@media(prefers-color-scheme:dark){:root{--ink:#eef1f5;--soft:#a3afbd;--paper:#12161c;--mark:#fb923c}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:2rem;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,sans-serif}
main{max-width:34rem}
p.status{margin:0;font:600 .875rem/1 ui-monospace,monospace;letter-spacing:.08em;color:var(--mark)}
h1{margin:.5rem 0 .75rem;font-size:clamp(2rem,7vw,3.25rem);line-height:1.1;letter-spacing:-.02em}
p{margin:0 0 1.5rem;color:var(--soft)}
a{color:inherit;text-decoration-color:var(--mark);text-underline-offset:.2em}
`;

/** The only style that {@link CONTENT_SECURITY_POLICY} lets the page use is its own. */
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Goes with every built-in page: nothing is loaded, nothing runs. */
export const CONTENT_SECURITY_POLICY: string = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

/** The page for a status, as octets of UTF-8. Made once for each status. */
export function errorPage(status: number): Uint8Array {
  let page = pages.get(status);
  if (page === undefined) {
    page = Buffer.from(renderPage(status), 'utf8');
    pages.set(status, page);
  }
  return page;
}

const pages = new Map<number, Uint8Array>();

function renderPage(status: number): string {
  const { title, text } = WORDS.get(status) ?? words('Error', 'The server could not answer this.');
  const home = status === 404 ? '<p><a href="/">To the front page</a></p>\n' : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${status} ${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="status">${status}</p>
<h1>${title}</h1>
<p>${text}</p>
${home}</main>
</body>
</html>
`;
}
