/**
 * Octets ⇄ text, one octet to one code unit (ISO 8859-1), and buffers to collect octets in.
 * Owns the only place that knows of Node's `Buffer`, found by feature and never imported, so
 * that the package runs wherever `Uint8Array` does. Both paths pass the same tests.
 *
 * `TextDecoder('latin1')` is no help: that label means windows-1252, which changes 0x80–0x9f.
 */

interface BufferConstructorLike {
  from(text: string, encoding: 'latin1'): Uint8Array;
  allocUnsafeSlow(size: number): Uint8Array;
}

interface BufferLike {
  latin1Write?(text: string, offset: number): number;
  latin1Slice?(start: number, end: number): string;
  compare?(target: Uint8Array, targetStart: number, targetEnd: number): number;
}

const NodeBuffer = (globalThis as { Buffer?: BufferConstructorLike }).Buffer;

/** How many code units one call of `fromCharCode` takes, well below every engine's bound. */
const PIECE = 4096;

/** The text of `octets[start, end)`, one code unit for each octet. */
export function decodeLatin1(octets: Uint8Array, start: number, end: number): string {
  // About 60 ns for a browser's head of 600 octets; the portable way takes some 20 times that.
  const text = (octets as BufferLike).latin1Slice?.(start, end);
  return text ?? decodeLatin1Portably(octets, start, end);
}

/** {@link decodeLatin1} without `Buffer`. Exported for the tests that compare the two. */
export function decodeLatin1Portably(octets: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at += PIECE) {
    text += String.fromCharCode(...octets.subarray(at, Math.min(at + PIECE, end)));
  }
  return text;
}

/** The octets of a text whose code units are all at most 0xFF; the caller has checked that. */
export function encodeLatin1(text: string): Uint8Array {
  return NodeBuffer === undefined ? encodeLatin1Portably(text) : NodeBuffer.from(text, 'latin1');
}

/**
 * The same in memory of their own. Small buffers share their memory with those that were made at the
 * same time: one that is kept keeps 8 KiB of others.
 */
export function encodeLatin1Apart(text: string): Uint8Array {
  const octets = allocate(text.length);
  const written = (octets as BufferLike).latin1Write?.(text, 0);
  return written === undefined ? encodeLatin1Portably(text) : octets;
}

/** {@link encodeLatin1} without `Buffer`. Exported for the tests that compare the two. */
export function encodeLatin1Portably(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) octets[at] = text.charCodeAt(at);
  return octets;
}

/** A new buffer of `size` octets with unspecified content, a `Buffer` where there is one. */
export function allocate(size: number): Uint8Array {
  return NodeBuffer === undefined ? new Uint8Array(size) : NodeBuffer.allocUnsafeSlow(size);
}

/** Whether `octets[at, end)` begin with the sought ones. */
export function beginsWith(
  octets: Uint8Array,
  at: number,
  end: number,
  sought: Uint8Array,
): boolean {
  const behind = at + sought.length;
  if (behind > end) return false;
  // About 70 ns for a browser's section of 600 octets; the portable way takes some 350.
  const order = (sought as BufferLike).compare?.(octets, at, behind);
  return order === undefined ? beginsWithPortably(octets, at, sought) : order === 0;
}

/** {@link beginsWith} without `Buffer`, and for a few octets: those are compared sooner so. */
export function beginsWithPortably(octets: Uint8Array, at: number, sought: Uint8Array): boolean {
  for (let index = 0; index < sought.length; index++) {
    if (octets[at + index] !== sought[index]) return false;
  }
  return true;
}
