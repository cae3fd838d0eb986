// The representation of a located file: what it is, before anybody asks for a part of it or
// already has it. One file has one representation for now; the choice among content codings
// (RFC 9110 §12) comes here, since coding, validators and length must be decided together.

import type { OpenFile } from './file-source.ts';
import type { LocatedFile } from './locate.ts';
import { mediaTypeOf } from './media-type.ts';

/** The selected representation (RFC 9110 §3.2). Its file is open. */
export interface Representation {
  /** The value of Content-Type. */
  readonly mediaType: string;
  /** Where its octets are. */
  readonly file: OpenFile;
}

/** Selects the representation of a file. */
export function selectRepresentation(located: LocatedFile): Representation {
  return { mediaType: mediaTypeOf(located.name), file: located.file };
}
