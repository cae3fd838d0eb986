/** Replays what the long runs of `pnpm fuzz` have found, and shows that the oracles notice. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NEED_DATA, ServerConnection, type ServerWireEvent } from '../src/index.ts';
import { octetsOfText } from '../test/octet-text.ts';
import { readCorpus, transcriptSeeds } from './corpus.ts';
import { check } from './oracles.ts';
import { SCENARIOS, type Scenario } from './scenario.ts';

const CORPUS = readCorpus(join(import.meta.dirname, 'corpus'));
const SEEDS = transcriptSeeds(join(import.meta.dirname, '../test/transcripts'));
const LONG_BYTES = 2000;

/** One cut in the middle; octet by octet and in one piece they are read anyway. */
const halves = (octets: Uint8Array): number[][] => [[octets.length >> 1]];

describe.each(Object.entries(SCENARIOS))('%s', (name, scenario) => {
  test('all that must hold for any octets holds for those that runs have found', () => {
    const inputs = CORPUS.get(name) ?? [];
    expect(inputs.length).toBeGreaterThan(10);
    for (const octets of inputs) check(scenario, octets, halves(octets));
  });

  test('and for those of the transcripts, whatever they were written for', () => {
    const inputs = SEEDS[scenario.role].filter((octets) => octets.length <= LONG_BYTES);
    expect(inputs.length).toBeGreaterThan(50);
    for (const octets of inputs) check(scenario, octets, halves(octets));
  });
});

describe('the oracles notice a machine', () => {
  const SERVER = SCENARIOS['server'] as Scenario;
  type Answer = ServerWireEvent | typeof NEED_DATA | ReturnType<ServerConnection['nextEvent']>;
  const fault = (machine: ServerConnection) => () =>
    check(SERVER, octetsOfText('GET /a HTTP/1.1\r\nHost: a\r\n\r\nX\0'), [[3]], () => machine);

  test('that throws something else', () => {
    class Throwing extends ServerConnection {
      override nextEvent(): never {
        throw new RangeError('wrong');
      }
    }
    expect(fault(new Throwing())).toThrow('something else than a ProtocolError');
  });

  test('that reads otherwise what is cut otherwise', () => {
    class Forgetful extends ServerConnection {
      override receive(octets: Uint8Array): void {
        super.receive(octets.length === 1 ? Uint8Array.of(0x61) : octets);
      }
    }
    const run = (): unknown =>
      check(SERVER, octetsOfText('GET / HTTP/1.1\r\nHost: a\r\n\r\n'), [], () => new Forgetful());
    expect(run).toThrow('cut otherwise, read otherwise');
  });

  test('that holds too much', () => {
    class Hoarding extends ServerConnection {
      override get heldBytes(): number {
        return 1e6;
      }
    }
    const run = (): unknown => check(SERVER, octetsOfText('GET /'), [], () => new Hoarding());
    expect(run).toThrow('1000000 octets are held');
  });

  test('that goes on after an error', () => {
    class Eager extends ServerConnection {
      #failed = false;
      override nextEvent(): Answer {
        if (this.#failed) return NEED_DATA;
        try {
          return super.nextEvent();
        } catch (error) {
          this.#failed = true;
          throw error;
        }
      }
    }
    const run = (): unknown => check(SERVER, octetsOfText('\0'), [], () => new Eager());
    expect(run).toThrow('something is read after an error');
  });
});
