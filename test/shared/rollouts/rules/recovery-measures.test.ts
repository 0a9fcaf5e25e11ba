import { describe, expect, test } from 'vitest';
import type { Interval } from '../../../../shared/rollouts/judge-contract.ts';
import {
  type RecoveryInputs,
  type RecoveryStep,
  recoveryMeasures,
} from '../../../../shared/rollouts/rules/recovery-measures.ts';

/** A clock time of that day, in minutes and seconds after ten. */
const at = (time: string) => `2026-11-17T10:${time}.000Z`;
const step = (time: string, to: string, more: Partial<RecoveryStep> = {}): RecoveryStep => ({
  ...{ at: at(time), to, byPerson: false, condemns: false },
  ...more,
});
const arm = (requests: number, failures: number) => ({ requests, failures, slower: {} });
const minute = (
  time: string,
  canary: readonly [number, number],
  baseline: readonly [number, number],
): Interval => ({
  ...{ at: at(time), canary: arm(...canary), baseline: arm(...baseline) },
});
const NOTHING: RecoveryInputs = { started: null, zero: null, steps: [], intervals: [] };

describe('by hand', () => {
  test('a canary that is condemned and goes back by itself', () => {
    const measured = recoveryMeasures({
      started: at('01:00'),
      zero: at('05:10'),
      steps: [
        step('01:00', 'AtStage'),
        step('05:05', 'RollingBack', { condemns: true }),
        step('05:10', 'RolledBack'),
      ],
      intervals: [
        // 1 % of both; 8 % against 1 %: 70 more than its 10; 5 % against 2 %: 30 more than its 20.
        minute('01:00', [1000, 10], [9000, 90]),
        minute('02:00', [1000, 80], [9000, 90]),
        minute('03:00', [1000, 50], [9000, 180]),
      ],
    });
    expect(measured).toEqual({
      ...{ timeToDetect: 245, timeToAcknowledge: null, timeToMitigate: 5, timeToRecover: 250 },
      ...{ depth: '0.07', area: '100' },
    });
  });

  test('one that the kill switch holds, and a person takes back: the wait is part of what it took', () => {
    const measured = recoveryMeasures({
      ...NOTHING,
      started: at('00:00'),
      zero: at('20:04'),
      steps: [
        step('00:00', 'AtStage'),
        step('04:00', 'Held', { condemns: true }),
        step('14:00', 'Held'),
        step('20:00', 'RollingBack', { byPerson: true }),
        step('20:04', 'Aborted'),
      ],
    });
    expect(measured).toMatchObject({
      ...{ timeToDetect: 240, timeToAcknowledge: 960, timeToMitigate: 964, timeToRecover: 1204 },
      ...{ depth: null, area: null },
    });
  });

  test('a hold that ends by itself is not answered; the next one is', () => {
    const steps = [
      step('02:00', 'Held'),
      step('03:00', 'AtStage'),
      step('05:00', 'Paused', { byPerson: true }),
      step('06:00', 'AtStage', { byPerson: true }),
      step('07:00', 'Held'),
      // A verb that is refused leaves it where it is.
      step('07:20', 'Held', { byPerson: true }),
      step('07:30', 'Shifting', { byPerson: true }),
    ];
    expect(recoveryMeasures({ ...NOTHING, steps }).timeToAcknowledge).toBe(30);
    expect(recoveryMeasures({ ...NOTHING, steps: steps.slice(0, 6) }).timeToAcknowledge).toBeNull();
  });

  test('a change left where it is was found, and never taken back', () => {
    const steps = [
      step('00:00', 'AtStage'),
      step('03:00', 'Held', { condemns: true }),
      step('09:00', 'Aborted', { byPerson: true }),
    ];
    expect(recoveryMeasures({ ...NOTHING, started: at('00:00'), steps })).toMatchObject({
      ...{ timeToDetect: 180, timeToAcknowledge: 360, timeToMitigate: null, timeToRecover: null },
    });
  });
});

describe('what is compared', () => {
  test('is neither an interval without one of the two nor one that the provider has not closed', () => {
    const open = { ...minute('03:00', [100, 100], [900, 0]), end: at('04:00'), watermark: at('03:30') };
    const alone: Interval = { at: at('02:00'), canary: arm(1000, 500) };
    const none = minute('02:30', [100, 100], [0, 0]);
    const measured = recoveryMeasures({
      ...NOTHING,
      intervals: [minute('01:00', [100, 3], [900, 9]), alone, none, open],
    });
    expect(measured).toMatchObject({ depth: '0.02', area: '2' });
    expect(recoveryMeasures({ ...NOTHING, intervals: [alone] })).toMatchObject({ depth: null, area: null });
  });

  test('may come out better: then nothing was lost in any interval, and the sum is below 0', () => {
    const better = [minute('01:00', [100, 0], [900, 18]), minute('02:00', [100, 1], [900, 9])];
    expect(recoveryMeasures({ ...NOTHING, intervals: better })).toMatchObject({ depth: '0', area: '-2' });
  });
});
