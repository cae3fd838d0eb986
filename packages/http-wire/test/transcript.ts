/**
 * Reads transcripts: Markdown files in which each `##` section is a case.
 * Owns their format, which `transcripts/README.md` describes; refuses whatever it does not
 * know, because a case that is read wrongly passes for the wrong reason.
 */
import { octetsOfLines } from './octet-text.ts';

/** One case of a transcript. */
export interface TranscriptCase {
  readonly heading: string;
  /** Line of the heading, from 1. */
  readonly line: number;
  /** What the case shows, with the clause. */
  readonly sentence: string;
  readonly options: TranscriptOptions;
  /** The octets that come from the peer. */
  readonly received: Uint8Array;
  /** One event per line. */
  readonly events: readonly string[];
  /** What is sent, one step each; empty where nothing is. */
  readonly steps: readonly SendStep[];
  /** The octets that go to the peer; `undefined` where the case does not say. */
  readonly sent: Uint8Array | undefined;
}

/** What a case sets before its first block. */
interface TranscriptOptions {
  /** Which end the machine plays. */
  readonly role: 'server' | 'client';
  /** Limits that differ from the defaults. */
  readonly limits: Readonly<Record<string, number>>;
  /** Whether each request is answered with 204 as soon as it is complete. */
  readonly answers: 'none' | 'each';
  /** What is read before the first step is sent. */
  readonly reads: 'all' | 'head';
  /** What follows the octets. */
  readonly finally: 'nothing' | 'end';
}

/** One line of a `send` block with the field lines below it. */
export interface SendStep {
  readonly verb: string;
  readonly argument: string;
  readonly fieldLines: readonly (readonly [name: string, value: string])[];
}

const FENCE = '```';

/** The cases of one file. */
export function parseTranscript(text: string): TranscriptCase[] {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, index) => (line.startsWith('## ') ? [index] : []));
  return starts.map((start, index) =>
    parseCase(lines.slice(start, starts[index + 1] ?? lines.length), start + 1),
  );
}

function parseCase(lines: readonly string[], line: number): TranscriptCase {
  const heading = (lines[0] as string).slice(3);
  const blocks = new Map<string, string[]>();
  const prose: string[] = [];
  const given: Record<string, string> = {};
  for (let at = 1; at < lines.length; at++) {
    const text = lines[at] as string;
    if (text.startsWith(FENCE)) {
      const end = lines.indexOf(FENCE, at + 1);
      const kind = text.slice(FENCE.length);
      if (end === -1) throw new Error(`line ${line + at}: this block has no end`);
      if (blocks.has(kind)) throw new Error(`line ${line + at}: a second block ${kind}`);
      blocks.set(kind, lines.slice(at + 1, end));
      at = end;
      continue;
    }
    const option = /^(role|limits|answers|reads|finally): (.+)$/.exec(text);
    if (option !== null) given[option[1] as string] = option[2] as string;
    else if (text !== '') prose.push(text);
  }
  for (const kind of blocks.keys()) {
    if (!['http', 'events', 'send', 'http out'].includes(kind)) {
      throw new Error(`line ${line}: a block of kind "${kind}" means nothing here`);
    }
  }
  if (!prose.join(' ').includes('§')) throw new Error(`line ${line}: no sentence with a clause`);
  const [received, events] = [blocks.get('http'), blocks.get('events')];
  if (received === undefined || events === undefined) {
    throw new Error(`line ${line}: a case has a block of http and one of events`);
  }
  const sent = blocks.get('http out');
  return {
    heading,
    line,
    sentence: prose.join(' '),
    options: parseOptions(given),
    received: octetsOfLines(received),
    events,
    steps: parseSteps(blocks.get('send') ?? []),
    sent: sent === undefined ? undefined : octetsOfLines(sent),
  };
}

function parseOptions(given: Readonly<Record<string, string>>): TranscriptOptions {
  const limits: Record<string, number> = {};
  for (const limit of (given['limits'] ?? '').split(' ').filter((word) => word !== '')) {
    const [name, value] = limit.split('=');
    limits[name as string] = Number(value);
  }
  return {
    role: oneOf(given['role'] ?? 'server', ['server', 'client']),
    limits,
    answers: oneOf(given['answers'] ?? 'none', ['none', 'each']),
    reads: oneOf(given['reads'] ?? 'all', ['all', 'head']),
    finally: oneOf(given['finally'] ?? 'nothing', ['nothing', 'end']),
  };
}

function oneOf<T extends string>(value: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value);
  if (found === undefined) throw new Error(`expected one of ${allowed.join(', ')}, got ${value}`);
  return found;
}

function parseSteps(lines: readonly string[]): SendStep[] {
  const steps: { verb: string; argument: string; fieldLines: [string, string][] }[] = [];
  for (const line of lines) {
    const fieldLine = /^ {2}([^:]*): ?(.*)$/.exec(line);
    if (fieldLine !== null) {
      steps.at(-1)?.fieldLines.push([fieldLine[1] as string, fieldLine[2] as string]);
      continue;
    }
    const [, verb, argument = ''] = /^([a-z-]+)(?: (.*))?$/.exec(line) ?? [];
    if (verb === undefined) throw new Error(`not a step: ${line}`);
    steps.push({ verb, argument, fieldLines: [] });
  }
  return steps;
}
