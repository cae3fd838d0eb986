// The representation of a located file: the file as it is, a sibling that holds it in a content
// coding, or a form of it that is compressed here, with the media type and the validators that
// belong to it. They are decided together: another coding is another representation.
// RFC 9110 §3.2, §8, §12.
//
// A file that may have siblings costs one opening for each coding that the client accepts and that
// is not there: up to three, 13 µs each (a small file with none of the three: 76 µs instead of 36),
// or 0.2 µs each where a source remembers what is not there. Nothing is looked for where the client
// accepts none, or the format compresses itself.

import { createHash } from 'node:crypto';

import { codingsFor, type ContentCoding, isNegotiable, suffixOf } from './content-coding.ts';
import type { ContentTags } from './content-tags.ts';
import { isStuck } from './errors.ts';
import type { FileSource, OpenFile, Segments } from './file-source.ts';
import type { LocatedFile } from './locate.ts';
import { mediaTypeOf } from './media-type.ts';
import type { OnTheFly } from './on-the-fly.ts';
import type { Validators } from './preconditions.ts';
import type { StaticRequest } from './request.ts';
import type { Content } from './response.ts';
import { close, openIn, type Steps, wait } from './steps.ts';
import { type EntityTagPolicy, needsContentTag, validatorsOf } from './validators.ts';

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
  /** Whether parts of it are given. Never of what is made here: its octets need not be the same. */
  readonly hasRanges: boolean;
  /** The content, where it is made while it is sent; it has the file then. */
  readonly coded?: Content | undefined;
  /** Whether it will be the same until the file changes. */
  readonly isSettled: boolean;
  /** Whether the file changes while it is looked at: nothing that is said of it is true for long. */
  readonly isChanging: boolean;
}

/** How to select. */
export interface SelectOptions {
  readonly source: FileSource;
  readonly precompressed: boolean;
  /** The most ranges of one request; 0 where parts are not given. */
  readonly maxRanges: number;
  /** What compresses on the fly; `undefined` where nothing does. */
  readonly onTheFly: OnTheFly | undefined;
  readonly etag: EntityTagPolicy;
  /** The tags of contents; `undefined` where no file is read for one. */
  readonly contentTags: ContentTags | undefined;
  /** What will not change before a file does. */
  readonly prepared: PreparedRepresentations;
}

/** What a client wants of a file. */
interface Wanted {
  /** The file as it is. */
  readonly plain: Representation;
  /** At least one. */
  readonly codings: readonly ContentCoding[];
  readonly nowMs: number;
}

/** Representations that will not change before their files do, by the file. */
interface PreparedRepresentations {
  /** As they are. */
  readonly plain: WeakMap<OpenFile, Representation>;
  /** As siblings of others. */
  readonly siblings: WeakMap<OpenFile, Representation>;
}

/**
 * Selects the representation of a file. Never throws: a sibling that cannot be opened is none.
 *
 * @returns The file as it is, where nothing else can be; else the steps to what is better.
 */
export function selectRepresentation(
  located: LocatedFile,
  request: StaticRequest,
  options: SelectOptions,
  nowMs: number,
): Representation | Steps<Representation> {
  const plain = representationAsItIs(located, options, nowMs);
  if (!plain.isNegotiable) return plain;
  const codings = codingsFor(request.fields.get('Accept-Encoding'));
  if (codings.length === 0) return plain;
  return selectCoded(located, request, { plain, codings, nowMs }, options);
}

function* selectCoded(
  located: LocatedFile,
  request: StaticRequest,
  { plain, codings, nowMs }: Wanted,
  options: SelectOptions,
): Steps<Representation> {
  // Step 1: what somebody has compressed with more patience than there is here.
  if (options.precompressed) {
    const sibling = yield* selectSibling(located, codings, plain, options, nowMs);
    if (sibling !== undefined) return sibling;
  }

  // Step 2: what can be compressed now. Not for a range: its octets must be the same tomorrow, and
  // another version of a coder makes others.
  if (options.onTheFly === undefined || asksForRange(request, plain)) return plain;
  return (yield* options.onTheFly.select(plain, codings)) ?? plain;
}

function representationAsItIs(
  { file, segments }: LocatedFile,
  options: SelectOptions,
  nowMs: number,
): Representation {
  const kept = options.prepared.plain.get(file);
  if (kept !== undefined && holds(kept, nowMs)) return kept;
  const name = segments.at(-1) ?? '';
  const mediaType = mediaTypeOf(name);
  const mayBeCoded = options.precompressed || options.onTheFly !== undefined;
  const validators = validatorsIn(file, segments, undefined, options, nowMs);
  const representation: Representation = {
    mediaType,
    contentCoding: undefined,
    validators,
    isNegotiable: mayBeCoded && isNegotiable(name, mediaType),
    file,
    hasRanges: options.maxRanges > 0,
    isSettled: isSettled({ file, validators }, options, nowMs),
    isChanging: isChanging(file),
  };
  if (representation.isSettled) options.prepared.plain.set(file, representation);
  return representation;
}

function* selectSibling(
  { file, segments }: LocatedFile,
  codings: readonly ContentCoding[],
  plain: Representation,
  options: SelectOptions,
  nowMs: number,
): Steps<Representation | undefined> {
  for (const contentCoding of codings) {
    const name = (segments.at(-1) ?? '') + suffixOf(contentCoding);
    const path = [...segments.slice(0, -1), name];
    const sibling = yield* openSibling(path, options.source);
    if (sibling === 'stuck') return undefined; // one wait is enough
    if (sibling === undefined) continue;
    if (isOlder(sibling, file)) {
      yield* close(sibling);
      continue;
    }
    yield* close(file);
    const kept = options.prepared.siblings.get(sibling);
    if (kept !== undefined && holds(kept, nowMs)) return kept;
    const validators = validatorsIn(sibling, path, contentCoding, options, nowMs);
    const representation: Representation = {
      ...plain,
      contentCoding,
      validators,
      file: sibling,
      isSettled: isSettled({ file: sibling, validators }, options, nowMs),
      isChanging: isChanging(sibling),
    };
    if (representation.isSettled) options.prepared.siblings.set(sibling, representation);
    return representation;
  }
  return undefined;
}

// Through the same source, so that the same is a sibling that is a file: regular, and inside.
function* openSibling(path: Segments, source: FileSource): Steps<OpenFile | 'stuck' | undefined> {
  try {
    const asked = openIn(source, path);
    const opened = asked instanceof Promise ? yield* wait(asked) : asked;
    return opened.kind === 'file' ? opened : undefined;
  } catch (error) {
    // Refused, or short of descriptors: the file itself is open already.
    return isStuck(error) ? 'stuck' : undefined;
  }
}

function validatorsIn(
  file: OpenFile,
  segments: Segments,
  contentCoding: ContentCoding | undefined,
  { etag: policy, contentTags }: SelectOptions,
  nowMs: number,
): Validators {
  if (isChanging(file)) return {};
  // Where versions are not told apart a tag from the content could not be kept: then what the disk
  // says is all there is.
  const etag = policy === 'auto' && !('version' in file) ? 'stat' : policy;
  const contentTag = needsContentTag(file, etag) ? contentTags?.tagOf(file, segments) : undefined;
  return validatorsOf(file, { etag, contentCoding, nowMs, contentTag });
}

// What is in memory is the same object for as long as the file is the same, and the validators of a
// file that is old enough do not change with the time any more.
function isSettled(
  { file, validators }: Pick<Representation, 'file' | 'validators'>,
  { etag }: SelectOptions,
  nowMs: number,
): boolean {
  const isShared = file.octets !== undefined || file.parts !== undefined;
  if (!isShared || file.mtimeMs > nowMs) return false;
  return etag === 'off' || validators.entityTag?.weak === false;
}

// A clock can be set back to before the file was changed, and no Last-Modified may be later than the
// answer's Date (RFC 9110 §8.8.2.1).
function holds({ file }: Representation, nowMs: number): boolean {
  return file.mtimeMs <= nowMs;
}

/** A source that tells versions apart gives such a file none. */
function isChanging(file: OpenFile): boolean {
  return 'version' in file && file.version === undefined;
}

const taggedRepresentations = new WeakMap<Representation, Representation>();

/**
 * The representation of a file that a rule leads to, whose entity tag says which file that is. From
 * the same path rules may lead others elsewhere, and all tomorrow; and two files of the same length,
 * written in the same tick of a clock, have the same date and length (RFC 9110 §8.8.3).
 */
export function taggedByFile(
  representation: Representation,
  { segments }: Pick<LocatedFile, 'segments'>,
): Representation {
  const known = taggedRepresentations.get(representation);
  if (known !== undefined) return known;
  const { validators } = representation;
  const { entityTag } = validators;
  if (entityTag === undefined) return representation;
  const name = createHash('sha256').update(segments.join('/')).digest('base64url').slice(0, 6);
  const { weak, opaque } = entityTag;
  const tagged = {
    ...representation,
    validators: { ...validators, entityTag: { weak, opaque: `${opaque}-${name}` } },
  };
  if (representation.isSettled) taggedRepresentations.set(representation, tagged);
  return tagged;
}

/** Closes what a representation has open. */
export function* closeRepresentation({ file, coded }: Representation): Steps<void> {
  if (coded === undefined) yield* close(file);
  else yield* wait(coded.close());
}

function asksForRange({ method, fields }: StaticRequest, { hasRanges }: Representation): boolean {
  return hasRanges && method === 'GET' && fields.get('Range') !== undefined;
}

// What is made from a file cannot be older than it; if it is, the file was changed since. Tools that
// hand on the file's date without the parts of a second (brotli before 1.1, tar) make a sibling that
// looks older and is not: then whole seconds are compared.
function isOlder(sibling: OpenFile, file: OpenFile): boolean {
  const hasWholeSeconds = sibling.mtimeMs % 1000 === 0;
  const fileMs = hasWholeSeconds ? Math.floor(file.mtimeMs / 1000) * 1000 : file.mtimeMs;
  return sibling.mtimeMs < fileMs;
}
