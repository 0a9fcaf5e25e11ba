import { describe, expect, test } from 'vitest';
import { type AdvanceBakeInputs, advanceBake } from '../../../../shared/rollouts/rules/advance-bake.ts';

const served = (requests: number, failures: number) => [
  { at: '2026-01-01T10:01:00.000Z', canary: { requests, failures, slower: {} } },
];
const BASE: AdvanceBakeInputs = {
  intervals: served(10_000, 50),
  before: { requests: 100_000, failures: 500 },
  settings: { alpha: 0.01, rBad: 1.5, choice: 'page' },
  ...{ held: false, wanted: true, irreversible: false },
  ...{ endsAt: '2026-01-01T10:10:00.000Z', now: '2026-01-01T10:10:00.000Z' },
};
const BAD = { intervals: served(10_000, 500) };
const choose = (choice: 'page' | 'hold' | 'rollback') => ({ settings: { ...BASE.settings, choice } });

describe('a bake', () => {
  test.each<[string, Partial<AdvanceBakeInputs>, string]>([
    ['that is quiet ends well', {}, 'Promoted null'],
    ['that is quiet goes on until its end', { now: '2026-01-01T10:09:00.000Z' }, 'stay null'],
    ['of which nothing was measured is held at its end', { intervals: [] }, 'Held NO_DATA'],
    [
      'with nothing to compare with is held at its end',
      { before: { requests: 10, failures: 9 } },
      'Held NO_DATA',
    ],
    ['that nobody wanted ends without a measurement', { intervals: [], wanted: false }, 'Promoted null'],
    ['that is held for data goes on when there is some', { held: true }, 'Baking null'],
    ['that is held for data stays while there is none', { held: true, intervals: [] }, 'stay null'],
    ['that degrades pages', BAD, 'Promoted null'],
    ['that degrades holds by choice', { ...BAD, ...choose('hold') }, 'Held BAKE_DEGRADED'],
    ['that degrades goes back by choice', { ...BAD, ...choose('rollback') }, 'RollingBack null'],
    [
      'that degrades and cannot be undone holds',
      { ...BAD, ...choose('rollback'), irreversible: true },
      'Held BAKE_DEGRADED',
    ],
  ])('%s', (_what, change, then) => {
    const { to, reason } = advanceBake.decide({ ...BASE, ...change });
    expect(`${to} ${reason}`).toBe(then);
  });
});
