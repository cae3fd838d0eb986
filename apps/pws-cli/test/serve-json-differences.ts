/**
 * In what PWS is not `serve`, with the same `serve.json`: on purpose, and why. What is said to people
 * in docs/serve-json.md is this table; a test holds both, and the two servers, to it.
 */
export const DIFFERENCES = {
  'query-kept': 'A redirect keeps the query, unless its destination has one; `serve` drops it.',
  'slash-in-capture':
    'A slash in what a name or a group holds stays a slash in the destination; `serve` writes `%2F`.',
  'files-first':
    'A file, an index file and a page without its extension win over rewrites; in `serve` a rewrite wins over every path without an extension.',
  'rewrite-to-page':
    'A rewrite leads to a file, to the index file of a folder or to a page without its extension; in `serve` to a file, or to the listing of a folder.',
  'shell-for-navigations':
    'A rewrite of everything to one page is for those who go to a page; what a page loads and is not there is a 404, which `serve` answers with the page and 200.',
  'page-that-is-there':
    'Clean URLs and slashes redirect where there is such a page; `serve` redirects first and looks then. Redirects of the file go before both.',
  'index-always':
    'The index file answers for its folder also with `cleanUrls: false`, where `serve` lists the folder.',
  'single-of-listed':
    '`renderSingle` counts the names that a listing would have; `serve` counts all.',
  'folder-with-slash':
    'A folder that answers with its index file or its listing is written with a slash, unless `trailingSlash: false` says otherwise of an index file; `serve` answers either.',
  'dots-are-hidden':
    'Names that begin with a dot are not served, unless `--dotfiles allow`; dot segments are a 400 wherever they lead.',
  'no-disposition':
    'There is no `Content-Disposition: inline`, and `null` removes nothing where nothing is.',
  'reserved-fields':
    'No rule sets or removes fields that delimit messages or that the server alone knows, such as `Content-Length` and `Date`.',
  'links-within':
    '`symlinks: true` follows links that stay in the folder; those that lead out of it need `--symlinks follow`.',
  'public-within': '`public` is a folder below the one with the file; `pws FOLDER` serves any.',
  'names-checked':
    'What cannot work is an error at the start, with its place: `!(…)`, a destination with a name that the source has not, a rewrite to another host.',
  'escapes-read':
    'Escapes in a destination are read once: `%20` is a blank; `serve` escapes the percent sign.',
  withheld: 'The file itself is not served.',
  'etag-off': '`etag: false` turns entity tags off; `serve` leaves that to `--no-etag`.',
  'types-of-redirects': 'The `type` of a redirect is 301, 302, 303, 307 or 308.',
  'forms-of-json':
    'A listing as JSON has the form of PWS, and an error has a page for everybody; `serve` has forms of its own for both.',
  'no-counts':
    'There may be any number of headers, and values of any length that can be sent; `serve` takes 50 and 2048.',
} as const;

/** What a difference is called. */
export type Difference = keyof typeof DIFFERENCES;
