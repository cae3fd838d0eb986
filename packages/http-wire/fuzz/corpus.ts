/**
 * The octets to begin with: those of all transcripts, and those that runs have found.
 * A file of the corpus is named after its scenario; one line is one input, escaped as in
 * transcripts.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeOctets, octetsOfText, unescapeText } from '../test/octet-text.ts';
import { parseTranscript } from '../test/transcript.ts';
import { SCENARIOS } from './scenario.ts';

/** Inputs by the name of their scenario. */
export type Corpus = Map<string, Uint8Array[]>;

/** The corpus in this folder. */
export function readCorpus(folder: string): Corpus {
  const corpus: Corpus = new Map();
  for (const name of Object.keys(SCENARIOS)) {
    const file = join(folder, `${name}.txt`);
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    // The last line ends; an input without any octets is none.
    const inputs = lines
      .filter((line) => line !== '')
      .map((line) => octetsOfText(unescapeText(line)));
    corpus.set(name, inputs);
  }
  return corpus;
}

/** Writes a corpus, each input once, in an order that does not depend on the run. */
export function writeCorpus(folder: string, corpus: Corpus): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, inputs] of corpus) {
    // escapeText() leaves a backslash to its caller.
    const lines = new Set(inputs.map((octets) => escapeOctets(octets)));
    writeFileSync(join(folder, `${name}.txt`), `${[...lines].toSorted().join('\n')}\n`);
  }
}

/** The octets of all transcripts, by the role of the machine that reads them. */
export function transcriptSeeds(
  folder: string,
): Readonly<Record<'server' | 'client', Uint8Array[]>> {
  const seeds = { server: [] as Uint8Array[], client: [] as Uint8Array[] };
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.md') || file === 'README.md') continue;
    for (const { options, received } of parseTranscript(readFileSync(join(folder, file), 'utf8'))) {
      seeds[options.role].push(received);
    }
  }
  return seeds;
}
