/**
 * What the program asks of mime-types and mime-db, worked out when it is built.
 * Owns that the answers are theirs. At the start they would read 200 kB of JSON and compare all that
 * claims an extension, which takes 17 ms (Node 20); the program needs three small tables of that. A
 * newer table of media types comes with a release of ours; the parts, as libraries, ask the packages.
 */
import db from 'mime-db';
import { contentType, types } from 'mime-types';

/** The source of each module that stands in for a package, by the package's name. */
const MEDIA_TABLES = new Map([
  [
    'mime-types',
    `export const types = ${JSON.stringify(types)};
    const withCharset = ${JSON.stringify(withCharsets())};
    export const contentType = (type) => withCharset[type] ?? type;`,
  ],
  ['mime-db', `export default ${JSON.stringify(compressible())};`],
]);

/** Those whose Content-Type has more in it than the media type. */
function withCharsets() {
  const pairs = Object.values(types).map((type) => [type, contentType(type) || type]);
  return Object.fromEntries(pairs.filter(([type, value]) => value !== type));
}

function compressible() {
  const known = Object.entries(db).filter(([, entry]) => entry.compressible !== undefined);
  return Object.fromEntries(
    known.map(([type, entry]) => [type, { compressible: entry.compressible }]),
  );
}

/** A plugin of rolldown's: puts them in. */
export const mediaTables = {
  name: 'media-tables',
  resolveId: (name) => (MEDIA_TABLES.has(name) ? `\0${name}` : null),
  load: (id) => MEDIA_TABLES.get(id.slice(1)) ?? null,
};
