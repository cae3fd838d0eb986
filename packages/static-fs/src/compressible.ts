// Which media types are worth a content coding that is made here, while the client waits. The only
// importer of mime-db, the table behind mime-types: what it says is theirs, where it says nothing or
// cannot know is ours. Pure. RFC 9110 §8.3.1, §8.4.

import mediaTypes from 'mime-db';

// What the table says of no type: text and what is written in JSON or XML is text all the same.
const WRITTEN_AS_TEXT = /^text\/|\+(?:json|xml)$/;

// The table calls this compressible. Here it is the type of every name that says nothing, an
// archive as likely as anything else, and so the one whose files are largest.
const UNKNOWN = 'application/octet-stream';

/**
 * Tells whether a coding makes files of a media type smaller, as a rule.
 *
 * @param mediaType - The value of Content-Type; its parameters do not matter.
 */
export function isCompressible(mediaType: string): boolean {
  const parametersAt = mediaType.indexOf(';');
  const essence = (parametersAt < 0 ? mediaType : mediaType.slice(0, parametersAt))
    .trim()
    .toLowerCase();
  if (essence === UNKNOWN) return false;
  return mediaTypes[essence]?.compressible ?? WRITTEN_AS_TEXT.test(essence);
}
