import { describe, expect, test } from 'vitest';
import { readBudget, type SloCounts, sloFromMetrics } from '../../../shared/policies/index.ts';

const AT = '2026-11-18T14:00:00.000Z';
const HOUR = 3600;
const TARGET = {
  ...{ service: 'checkout', environment: 'production', function: 'checkout', alias: 'live' },
  platform: 'lambda' as const,
};
const WINDOWS = [300, 1800, HOUR, 6 * HOUR, 72 * HOUR, 672 * HOUR];

/** Counted where a window is longer than so many seconds; what the platform says of the others. */
function measured(longerThan: number, says: (seconds: number) => boolean): SloCounts {
  const secondsOf = ({ from, to }: { from: string; to: string }) =>
    (Date.parse(to) - Date.parse(from)) / 1000;
  return sloFromMetrics(
    {
      total: async (_target, window) =>
        secondsOf(window) > longerThan ? { n: 1000, errors: 0, slowerThan: {} } : undefined,
      idle: async (_target, window) => says(secondsOf(window)),
    },
    TARGET,
  );
}
const ask = (counts: SloCounts) => counts({ ...TARGET, indicator: { kind: 'availability' } }, WINDOWS, AT);
const full = { good: 1000, total: 1000 };
const none = { good: 0, total: 0 };

describe('a window without counts', () => {
  test('is no sample where the platform says that nothing was asked, and a longer window was counted', async () => {
    const counts = measured(1800, () => true);
    expect(await ask(counts)).toEqual([none, none, full, full, full, full]);
    const slos = [
      { name: 'answers', objective: 0.999, window_days: 28, indicator: { kind: 'availability' as const } },
    ];
    const { facts } = await readBudget(counts, { ...TARGET, slos }, AT);
    expect(facts).toEqual({ declared: true, burning: 'none', remaining: '1', exhausted: false });
  });

  test('is missing where the platform does not say so, so that policies which need it block', async () => {
    expect(await ask(measured(1800, (seconds) => seconds > 300))).toEqual([
      undefined,
      ...[none, full, full, full, full],
    ]);
  });

  test('is missing where no longer window was counted either: nobody knows that it is measured at all', async () => {
    expect(await ask(measured(1e9, () => true))).toEqual(WINDOWS.map(() => undefined));
  });

  test('that cannot be asked about is a fault, not an idle one', async () => {
    const counts = measured(1800, () => {
      throw new TypeError('x');
    });
    await expect(ask(counts)).rejects.toThrow(TypeError);
  });
});
