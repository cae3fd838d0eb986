// The representation of a located file: the file as it is, or a sibling that holds it in a content
// coding, with the media type and the validators that belong to it. They are decided together:
// another coding is another representation. RFC 9110 §3.2, §8, §12.
//
// A file that may have siblings costs one opening for each coding that the client accepts and that
// is not there: up to three, 13 µs each (a small file with none of the three: 76 µs instead of 36).
// Nothing is looked for where the client accepts none, or the format compresses itself.

import { codingsFor, type ContentCoding, isNegotiable, suffixOf } from './content-coding.ts';
import type { FileSource, OpenFile, Segments } from './file-source.ts';
import type { LocatedFile } from './locate.ts';
import { mediaTypeOf } from './media-type.ts';
import type { Validators } from './preconditions.ts';
import type { StaticRequest } from './request.ts';
import { close, openIn, type Steps } from './steps.ts';
import { type EntityTagPolicy, validatorsOf } from './validators.ts';

/** The selected representation. Its file is open. */
export interface Representation {
  /** The value of Content-Type. */
  readonly mediaType: string;
  /** The value of Content-Encoding; `undefined` where the file is sent as it is. */
  readonly contentCoding: ContentCoding | undefined;
  /** What ETag and Last-Modified say. */
  readonly validators: Validators;
  /**
   * Whether another Accept-Encoding could have selected another one. Also where no sibling is there
   * now: there may be one tomorrow, and a cache that was not told keeps what it has.
   */
  readonly isNegotiable: boolean;
  /** Where its octets are. */
  readonly file: OpenFile;
}

/** How to select. */
export interface SelectOptions {
  readonly source: FileSource;
  readonly precompressed: boolean;
  readonly etag: EntityTagPolicy;
}

/** Selects the representation of a file. Never throws: a sibling that cannot be opened is none. */
export function* selectRepresentation(
  located: LocatedFile,
  request: StaticRequest,
  options: SelectOptions,
  nowMs: number,
): Steps<Representation> {
  const { file, segments } = located;
  const { etag } = options;
  const name = segments.at(-1) ?? '';
  const mediaType = mediaTypeOf(name);
  const negotiable = options.precompressed && isNegotiable(name, mediaType);
  const codings = negotiable ? codingsFor(request.fields.get('Accept-Encoding')) : [];

  for (const contentCoding of codings) {
    const sibling = yield* openSibling(segments, contentCoding, options.source);
    if (sibling === undefined) continue;
    if (isOlder(sibling, file)) {
      yield* close(sibling);
      continue;
    }
    yield* close(file);
    const validators = validatorsOf(sibling, { etag, contentCoding, nowMs });
    return { mediaType, contentCoding, validators, isNegotiable: true, file: sibling };
  }

  const validators = validatorsOf(file, { etag, contentCoding: undefined, nowMs });
  return { mediaType, contentCoding: undefined, validators, isNegotiable: negotiable, file };
}

// Through the same source, so that the same is a sibling that is a file: regular, and inside.
function* openSibling(
  segments: Segments,
  coding: ContentCoding,
  source: FileSource,
): Steps<OpenFile | undefined> {
  try {
    const name = segments.at(-1) ?? '';
    const opened = yield* openIn(source, [...segments.slice(0, -1), name + suffixOf(coding)]);
    return opened.kind === 'file' ? opened : undefined;
  } catch {
    return undefined; // refused, or short of descriptors: the file itself is open already
  }
}

// What is made from a file cannot be older than it; if it is, the file was changed since. Tools that
// hand on the file's date without the parts of a second (brotli before 1.1, tar) make a sibling that
// looks older and is not: then whole seconds are compared.
function isOlder(sibling: OpenFile, file: OpenFile): boolean {
  const hasWholeSeconds = sibling.mtimeMs % 1000 === 0;
  const fileMs = hasWholeSeconds ? Math.floor(file.mtimeMs / 1000) * 1000 : file.mtimeMs;
  return sibling.mtimeMs < fileMs;
}
