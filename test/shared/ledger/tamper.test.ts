import { describe, expect, test } from 'vitest';
import { explainedHoles, forgedExpiries } from '../../../bench/tamper-holes-run.ts';
import { cleanLedgers, tamperMatrix } from '../../../bench/tamper-run.ts';

// The same matrix over more sizes, and a thousand clean ledgers: npm run bench tamper.
describe('tampering at the first, a middle, the last entry and at the edge of a tile', async () => {
  const lines = [...(await tamperMatrix([2, 258])), ...(await forgedExpiries([1, 2, 258]))];

  test.each(lines.map((line) => [line.name, line] as const))(
    '%s is found, and named exactly where it has a place',
    (_, line) => {
      expect(line.wrong).toEqual([]);
      expect(line.runs).toBeGreaterThan(0);
      expect([line.found, line.exact, line.bounded]).toEqual([line.runs, line.exactOf, line.boundedOf]);
    },
  );

  test('ledgers that nobody touched raise no alarm', async () => {
    const sizes = [...Array.from({ length: 20 }, (_, size) => size), 255, 256, 257, 512, 513];
    expect(await cleanLedgers(sizes)).toEqual({ runs: sizes.length, alarms: [] });
  });

  test('a payload that an expiry or an erasure explains raises no alarm, at any place', async () => {
    expect(await explainedHoles([1, 2, 258])).toEqual({ runs: 9, alarms: [] });
  });
});
