import { describe, expect, test } from 'vitest';
import { type BakeChoice, judgeBake } from '../../../../shared/rollouts/rules/judge-bake.ts';
import { minutes } from './counts.ts';

const before = { requests: 100_000, failures: 500 };
const bake = (failures: number, choice: BakeChoice = 'page', past = before) =>
  judgeBake.decide({
    intervals: minutes(10, [2000, failures], null),
    before: past,
    settings: { alpha: 0.01, rBad: 1.5, choice },
  });

describe('a bake', () => {
  test('is quiet while failures come as often as before the release, or a little more', () => {
    expect(bake(10)).toMatchObject({ verdict: 'QUIET', action: 'none' });
    expect(bake(14)).toMatchObject({ verdict: 'QUIET', action: 'none' });
  });

  test.each(['page', 'hold', 'rollback'] as const)(
    'that is degraded leads to what the service chose: %s',
    (choice) => {
      expect(bake(40, choice)).toMatchObject({
        verdict: 'DEGRADED',
        action: choice,
        firstAt: expect.any(String),
      });
    },
  );

  test('says that an automatic rollback here has no promised rate', () => {
    const back = bake(40, 'rollback');
    expect(back.promise).toContain('no promise');
    expect(back.reasons.join()).toContain('its rate is not under alpha');
    expect(bake(40, 'page').reasons.join()).not.toContain('alpha');
  });

  test('does not take a past without failures for a perfect one', () => {
    expect(bake(1, 'page', { requests: 2000, failures: 0 }).verdict).toBe('QUIET');
    expect(bake(20, 'page', { requests: 2000, failures: 0 }).verdict).toBe('DEGRADED');
  });

  test('decides nothing without traffic or without a past', () => {
    const silent = judgeBake.decide({
      intervals: minutes(10, [0, 0], null),
      before,
      settings: { alpha: 0.01, rBad: 1.5, choice: 'rollback' },
    });
    expect(silent).toMatchObject({ verdict: 'UNDECIDED', action: 'none' });
    expect(bake(40, 'rollback', { requests: 0, failures: 0 })).toMatchObject({
      verdict: 'UNDECIDED',
      action: 'none',
    });
  });
});
