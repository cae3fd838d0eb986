// The readers that Express and `send` use against ours, on the same inputs. Every difference stands
// in `differential/`, under the clause that decides it. A difference that is not listed fails, and
// so does one that is listed and gone; `UPDATE=1` writes the lists anew, but a difference that no
// clause explains fails even then.

import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { encodings, siteCodings } from './differential-encodings.ts';
import { freshness } from './differential-fresh.ts';
import { mediaTypes } from './differential-media-types.ts';
import { ranges } from './differential-range.ts';
import { type Comparison, compare, render, type Survey } from './differential.ts';

const update = process.env['UPDATE'] === '1';

// `Date.parse()`, which `fresh` reads dates with, takes some of them for local time: nine hours
// from UTC, the same for everybody who runs this.
beforeAll(() => {
  vi.stubEnv('TZ', 'Asia/Tokyo');
  expect(new Date(0).getHours()).toBe(9);
});
afterAll(() => {
  vi.unstubAllEnvs();
});

compareAll(ranges);
compareAll(freshness);
compareAll(encodings);
compareAll(siteCodings);
compareAll(mediaTypes);

function compareAll<Input>(comparison: Comparison<Input>): void {
  describe(`compared with others: ${comparison.title}`, () => {
    let survey: Survey;
    beforeAll(() => {
      survey = compare(comparison);
    }, 60_000);

    it('whatever is judged differently, a clause explains', () => {
      expect(survey.unexplained).toEqual([]);
      expect(survey.comparedByHand).toBeGreaterThan(100);
    });

    it('each clause decides something', () => {
      const deciding = new Set(survey.byHand.flatMap(({ reasons }) => reasons));
      expect([...deciding].toSorted()).toEqual(
        comparison.reasons.map(({ name }) => name).toSorted(),
      );
    });

    it('the differences are those of the list', () => {
      expect(survey.unexplained).toEqual([]);
      const path = new URL(`differential/${comparison.name}.md`, import.meta.url);
      const list = render(comparison, survey);
      if (update) writeFileSync(path, list);
      expect(list).toBe(readFileSync(path, 'utf8'));
    });
  });
}
