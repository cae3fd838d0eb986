// The media type of a file, from the extension of its name. The only importer of mime-types: the
// table is theirs, the choice of charset parameters is ours. RFC 9110 §8.3.

import { contentType, types } from 'mime-types';

const UNKNOWN = 'application/octet-stream';

// By extension, filled as extensions are met. Only extensions of the table are kept, so it is
// bounded; a Map, so that `__proto__` and `constructor` are extensions like any other.
const known = new Map<string, string>();

/** Gives the Content-Type for a file name; `application/octet-stream` where it says nothing. */
export function mediaTypeOf(name: string): string {
  const extension = extensionOf(name);
  if (extension === undefined) return UNKNOWN;
  return known.get(extension) ?? lookUp(extension);
}

/**
 * Gives what stands behind the last dot of a file name, in lower case; `undefined` where there is
 * none (`LICENSE`), or the name begins with it (`.profile` is all name).
 */
export function extensionOf(name: string): string | undefined {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? undefined : name.slice(dot + 1).toLowerCase();
}

/** Whether an extension, in lower case, is that of a format. */
export function hasMediaType(extension: string): boolean {
  return Object.hasOwn(types, extension);
}

function lookUp(extension: string): string {
  const type = hasMediaType(extension) ? types[extension] : undefined;
  if (type === undefined) return UNKNOWN;
  // No charset for XML, SVG among it: it is UTF-8 unless its first line says otherwise, and a
  // charset parameter would overrule that line (RFC 7303 §3).
  const value = contentType(type) || type;
  known.set(extension, value);
  return value;
}
