/**
 * Runs every transcript: whole, octet by octet, in two pieces cut at every place, in a buffer that
 * is written over behind each piece, and with other octets behind it. However the octets come, the events are the same.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROTOCOL_ERROR_STATUS, ServerConnection, type UsageErrorCode } from '../src/index.ts';
import { escapeOctets, octetsOfText } from './octet-text.ts';
import { type TranscriptCase, parseTranscript } from './transcript.ts';
import { runTranscript } from './transcript-run.ts';

const ROOT = join(import.meta.dirname, 'transcripts');
const FILES = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.includes('/') && file.endsWith('.md'))
  .toSorted();
const CASES = FILES.flatMap((file) =>
  parseTranscript(readFileSync(join(ROOT, file), 'utf8')).map((transcript) => ({
    file,
    transcript,
  })),
);

/** Above this many octets not every cut is tried, but about this many. */
const MOST_CUTS = 400;

const TRAILING = [
  octetsOfText('GET /trailing HTTP/1.1\r\nHost: trailing\r\n\r\n'),
  octetsOfText('\x00\r\n\xff'),
];

function concatenate(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function* cutInTwo(octets: Uint8Array): Iterable<[first: Uint8Array, second: Uint8Array]> {
  const stride = Math.ceil(octets.length / MOST_CUTS);
  for (let cut = 1; cut < octets.length; cut += stride) {
    yield [octets.subarray(0, cut), octets.subarray(cut)];
  }
}

/** Whether octets behind the case's own must change nothing: the machine has stopped reading. */
function hasStopped({ options, events, steps }: TranscriptCase): boolean {
  if (options.finally === 'end' || events.some((line) => line.startsWith('remaining')))
    return false;
  if (steps.some(({ verb }) => verb.startsWith('receive') || verb === 'octets')) return false;
  const last = events.at(-1) ?? '';
  return last === 'paused' || last.startsWith('error ');
}

function play(
  transcript: TranscriptCase,
  pieces: readonly Uint8Array[],
  buffer?: Uint8Array,
): string {
  const { events, sent } = runTranscript(transcript, pieces, buffer);
  const shown = transcript.sent === undefined ? '' : `\n--- out\n${escapeOctets(sent)}`;
  return events.join('\n') + shown;
}

describe.each(FILES)('%s', (file) => {
  for (const { transcript } of CASES.filter((entry) => entry.file === file)) {
    const { heading, line, received, events, sent, steps } = transcript;
    const expected =
      events.join('\n') + (sent === undefined ? '' : `\n--- out\n${escapeOctets(sent)}`);

    test(`${file}:${line} ${heading}`, () => {
      expect(play(transcript, [received]), 'in one piece').toBe(expected);
      expect(play(transcript, [Buffer.from(received)]), 'as a Buffer').toBe(expected);
      const octets = Array.from(received, (octet) => Uint8Array.of(octet));
      expect(play(transcript, octets), 'octet by octet').toBe(expected);
      const buffer = new Uint8Array(65_536);
      expect(play(transcript, [received], buffer), 'in a buffer that is shared').toBe(expected);
      expect(play(transcript, octets, buffer), 'octet by octet in it').toBe(expected);
      for (const [first, second] of cutInTwo(received)) {
        const cut = play(transcript, [first, second]);
        if (cut !== expected) expect(cut, `cut at ${first.length}`).toBe(expected);
      }
      for (const trailing of hasStopped(transcript) ? TRAILING : []) {
        const behind = concatenate(received, trailing);
        expect(play(transcript, [behind]), 'with octets behind it').toBe(expected);
        expect(play(transcript, [received, trailing]), 'with a piece behind it').toBe(expected);
      }
    });

    const fault = events.find((event) => event.startsWith('error '));
    if (
      fault === undefined ||
      steps.length > 0 ||
      transcript.options.role === 'client' ||
      transcript.options.answers !== 'none'
    )
      continue;
    test(`${file}:${line} after the error one response can be sent, then the connection is over`, () => {
      const { machine, error } = runTranscript(transcript, [received]);
      if (!(machine instanceof ServerConnection)) throw new Error('only a server answers');
      expect(() => machine.nextEvent()).toThrow(error);
      const fields = [['Content-Length', '0']] as const;
      const [head] = machine.send({
        type: 'response',
        head: { status: error?.status ?? 0, fields },
      });
      machine.send({ type: 'end' });
      expect(escapeOctets(head as Uint8Array)).toMatch(
        new RegExp(`^HTTP/1\\.1 ${fault.split(' ')[1]} .+Connection: close`),
      );
      expect(machine.persists).toBe(false);
      expect(machine.phase).toBe('closing');
      expect(() => machine.startNextCycle()).toThrow(
        expect.objectContaining({ code: 'wrong-state' }),
      );
      expect(() => machine.send({ type: 'response', head: { status: 200, fields } })).toThrow(
        expect.objectContaining({ code: 'wrong-state' }),
      );
      expect(() => machine.nextEvent()).toThrow(error);
    });
  }
});

describe('the transcripts', () => {
  test('have at least 500 cases', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(500);
  });

  test.each(Object.entries(PROTOCOL_ERROR_STATUS))(
    'show the error %s with status %i',
    (code, status) => {
      const shown = CASES.flatMap(({ transcript }) => transcript.events).filter((line) =>
        line.startsWith(`error ${status} ${code} @`),
      );
      expect(shown).not.toHaveLength(0);
    },
  );

  const USAGE_ERRORS: Readonly<Record<UsageErrorCode, true>> = {
    'wrong-state': true,
    'invalid-request-line': true,
    'missing-host': true,
    'invalid-status': true,
    'invalid-reason-phrase': true,
    'invalid-field-name': true,
    'invalid-field-value': true,
    'invalid-framing': true,
    'content-not-allowed': true,
    'content-length-mismatch': true,
  };

  test.each(Object.keys(USAGE_ERRORS))('show the refusal %s', (code) => {
    const steps = CASES.flatMap(({ transcript }) => transcript.steps);
    expect(steps.some(({ verb, argument }) => verb === 'refused' && argument === code)).toBe(true);
  });

  test('have headings that differ within a file', () => {
    for (const file of FILES) {
      const headings = CASES.filter((entry) => entry.file === file).map(
        ({ transcript }) => transcript.heading,
      );
      expect(headings, file).toEqual([...new Set(headings)]);
    }
  });
});
