// A file compressed here, for those who accept it, where nobody has put a sibling beside it: which
// files, in which coding, and what kind of representation that is. RFC 9110 §8.4, §8.8.3.
//
// What is made here has a weak entity tag and no ranges: another version of a coder, on another
// machine or after an update, makes other octets of the same file.

import { type CompressedContents, compressedContents } from './compressed-content.ts';
import {
  type CompressedForms,
  compressedFormsIn,
  type KeepingSource,
  largestFormBytes,
} from './compressed-forms.ts';
import { isCompressible } from './compressible.ts';
import { codingsMadeHere } from './compression.ts';
import type { ContentCoding } from './content-coding.ts';
import { fileInMemory } from './file-in-memory.ts';
import type { FileSource } from './file-source.ts';
import type { Validators } from './preconditions.ts';
import type { Representation } from './select-representation.ts';
import { close, type Steps, wait } from './steps.ts';

// What fits into one packet with its head does not travel faster for being smaller.
const SMALLEST_BYTES = 1024;

/** Makes what compresses the files of a source; `undefined` where nothing can be kept with them. */
export function onTheFlyIn(source: FileSource): OnTheFly | undefined {
  return keepsForms(source) ? new OnTheFly(compressedFormsIn(source)) : undefined;
}

function keepsForms(source: FileSource): source is KeepingSource {
  return source.grow !== undefined;
}

/** What compresses the files of a site. */
export class OnTheFly {
  readonly #forms: CompressedForms;
  readonly #contents: CompressedContents = compressedContents();
  /** The representations that forms are, by the form. */
  readonly #made = new WeakMap<Uint8Array, Representation>();

  constructor(forms: CompressedForms) {
    this.#forms = forms;
  }

  /** In which of the codings, best first, a form of a file could be made; `undefined` for none. */
  codingOf(
    { file, mediaType }: Pick<Representation, 'file' | 'mediaType'>,
    codings: readonly ContentCoding[],
  ): ContentCoding | undefined {
    if (file.version === undefined || file.lengthBytes < SMALLEST_BYTES) return undefined;
    if (!isCompressible(mediaType)) return undefined;
    return codings.find((coding) => codingsMadeHere.has(coding));
  }

  /**
   * Selects a form of a file for codings, best first.
   *
   * @param plain - The file as it is. Its file goes with what is selected, or is closed.
   * @returns `undefined`, with the file still open, where the file as it is is better, or all that
   * can be had now.
   */
  *select(
    plain: Representation,
    codings: readonly ContentCoding[],
  ): Steps<Representation | undefined> {
    const { file } = plain;
    const contentCoding = this.codingOf(plain, codings);
    if (contentCoding === undefined) return undefined;

    if (file.lengthBytes > largestFormBytes) {
      const coded = this.#contents.contentOf(file, contentCoding);
      if (coded === undefined) return undefined;
      const validators = weaken(plain.validators, contentCoding);
      return { ...plain, contentCoding, validators, hasRanges: false, coded };
    }
    const making = this.#forms.formOf(file, contentCoding);
    const form = making instanceof Promise ? yield* wait(making) : making;
    if (form === undefined) return undefined;
    yield* close(file);
    return this.#representationOf(form, plain, contentCoding);
  }

  #representationOf(
    form: Uint8Array,
    plain: Representation,
    contentCoding: ContentCoding,
  ): Representation {
    const validators = weaken(plain.validators, contentCoding);
    const kept = this.#made.get(form);
    // The tag of a young file is another one when it has aged; its date, when the clock is set back.
    if (kept !== undefined && areSame(kept.validators, validators)) return kept;
    const file = fileInMemory(plain.file, form, {
      lengthBytes: form.length,
      version: plain.file.version,
    });
    const made: Representation = { ...plain, contentCoding, validators, file, hasRanges: false };
    this.#made.set(form, made);
    return made;
  }
}

function areSame(one: Validators, other: Validators): boolean {
  const haveSameTag = one.entityTag?.opaque === other.entityTag?.opaque;
  return haveSameTag && one.lastModifiedMs === other.lastModifiedMs;
}

// §8.8.3.3: an entity tag for each coding.
function weaken({ entityTag, ...rest }: Validators, contentCoding: ContentCoding): Validators {
  if (entityTag === undefined) return rest;
  return { ...rest, entityTag: { weak: true, opaque: `${entityTag.opaque}-${contentCoding}` } };
}
