import { describe, expect, test } from 'vitest';
import {
  type AlarmProperties,
  alarmOf,
  alarmState,
  type Sample,
  watchedBy,
} from '../support/alarm-evaluator.ts';
import { ofType, plain, synthesise } from './synthesised.ts';

/**
 * What each alarm means, written by hand and not read from the template: at `rings` it rings, at `quiet`, the last value
 * before, it does not. `minutes`: how many minutes in a row it takes, when more than one; with `step` so many seconds each.
 */
type Meaning = {
  readonly quiet: number;
  readonly rings: number;
  readonly silence?: 'ALARM';
  readonly minutes?: number;
  readonly step?: number;
};
const MEANINGS: Readonly<Record<string, Meaning>> = {
  'Ledger/Seal/Rejected': { quiet: 0, rings: 1 },
  'Ledger/Checkpoint/Missing': { quiet: 1, rings: 0, minutes: 15, silence: 'ALARM' },
  'Ledger/Root/Mismatch': { quiet: 0, rings: 1 },
  'Ledger/File/Conflict': { quiet: 0, rings: 1 },
  'Ledger/Witness/Contradicts': { quiet: 0, rings: 1 },
  'Ledger/Witness/Failing': { quiet: 0, rings: 1, minutes: 3, step: 300 },
  'Ledger/Reconcile/Found': { quiet: 0, rings: 1 },
  'Ledger/Reconcile/Unsealable': { quiet: 0, rings: 1 },
  'Ledger/Reconcile/Missed': { quiet: 1, rings: 0, minutes: 3, step: 3_600, silence: 'ALARM' },
  'Ledger/Retention/Missed': { quiet: 1, rings: 0, minutes: 2, step: 86_400, silence: 'ALARM' },
  'Signals/Webhook/SignatureRefused': { quiet: 5, rings: 6 },
  'Rollbacks/HealthSweep/Missed': { quiet: 1, rings: 0, minutes: 3, silence: 'ALARM' },
  'Rollbacks/Workflow/Failed': { quiet: 0, rings: 1 },
  'Rollbacks/Attempts/Aborted': { quiet: 2, rings: 3 },
  'Rollbacks/Attempts/Unusual': { quiet: 10, rings: 11 },
  'Rollbacks/Recovery/Slow': { quiet: 600, rings: 601 },
  'Rollbacks/Answer/Overdue': { quiet: 0, rings: 1 },
  'Rollbacks/Permission/Denied': { quiet: 0, rings: 1 },
  'Rollbacks/Integration/Failing': { quiet: 3, rings: 4 },
  'Rollbacks/Budget/Low': { quiet: 0, rings: 1 },
  'Services/Registry/Malformed': { quiet: 0, rings: 1 },
  'Rollbacks/Ci/Failing': { quiet: 5, rings: 6 },
  'Policies/Glass/Broken': { quiet: 0, rings: 1 },
  'Policies/Set/Changed': { quiet: 0, rings: 1 },
  'Rollouts/JudgeSweep/Missed': { quiet: 1, rings: 0, minutes: 3, silence: 'ALARM' },
  'Rollouts/Judge/Failing': { quiet: 3, rings: 4 },
  'Rollouts/Holds/Unusual': { quiet: 2, rings: 3 },
  'Rollouts/TimeToZero/Slow': { quiet: 120, rings: 121 },
  'Rollouts/Workflow/Failed': { quiet: 0, rings: 1 },
  'Deployments/Workflow/Failed': { quiet: 0, rings: 1 },
  'Deployments/Answer/Overdue': { quiet: 0, rings: 1 },
  'Deployments/Blocks/Unusual': { quiet: 10, rings: 11 },
};
const MEANINGS_BY_END: Readonly<Record<string, Meaning>> = {
  '/NotEmpty': { quiet: 0, rings: 1 },
  '/GivenUp': { quiet: 0, rings: 1 },
  '/Behind': { quiet: 60_000, rings: 60_001, minutes: 3 },
};

const alarms = ofType(synthesise(), 'AWS::CloudWatch::Alarm').map(({ Properties }) =>
  alarmOf(plain(Properties)),
);

function meaningOf(name: string): Meaning {
  const byEnd = Object.entries(MEANINGS_BY_END).find(([end]) => name.endsWith(end))?.[1];
  const meaning = MEANINGS[name] ?? byEnd;
  if (meaning === undefined) throw new Error(`${name}: say here at which value it rings`);
  return meaning;
}

/** A value in each of the last minutes or, for a metric that is summed over a longer time, spread over it. */
function fed(
  alarm: AlarmProperties,
  value: number,
  { minutes = 1, step = 60 }: Pick<Meaning, 'minutes' | 'step'>,
  metric = watchedBy(alarm)[0],
): readonly Sample[] {
  if (metric === undefined) throw new Error(`${alarm.AlarmName} watches nothing`);
  if (minutes > 1 || metric.stat !== 'Sum')
    return Array.from({ length: minutes }, (_, nth) => ({ metric, age: (nth + 0.5) * step, value }));
  return Array.from({ length: value }, (_, nth) => ({
    metric,
    age: ((nth + 0.5) * metric.period) / Math.max(1, value),
    value: 1,
  }));
}

const asTable = alarms.map((alarm) => [alarm.AlarmName, alarm] as const);
describe.each(asTable)('%s', (name, alarm) => {
  const { quiet, rings, minutes = 1, step = 60, silence = 'OK' } = meaningOf(name);
  const long = { minutes, step };
  const quietAt = (nth: number) =>
    fed(alarm, quiet, {}).map((sample) => ({ ...sample, age: (nth + 0.5) * step, value: quiet }));
  // What a longer look back would find: a quiet past.
  const past = Array.from({ length: 10 }, (_, each) => minutes + each).flatMap((nth) =>
    minutes > 1 ? quietAt(nth) : [],
  );

  test(`rings at ${rings}`, () => {
    expect(alarmState(alarm, [...fed(alarm, rings, long), ...past])).toBe('ALARM');
  });

  test(`is quiet at ${quiet}`, () => {
    expect(alarmState(alarm, [...fed(alarm, quiet, long), ...past])).toBe('OK');
  });

  test(`is ${silence} when nothing is heard`, () => {
    expect(alarmState(alarm, [])).toBe(silence);
  });

  test('rings for each of the metrics it watches', () => {
    for (const metric of watchedBy(alarm))
      expect(alarmState(alarm, [...fed(alarm, rings, long, metric), ...past])).toBe('ALARM');
  });

  test.runIf(minutes > 1)('does not ring a minute too early', () => {
    const early = [...fed(alarm, rings, { minutes: minutes - 1, step }), ...quietAt(minutes - 1), ...past];
    expect(alarmState(alarm, early)).toBe('OK');
  });
});

const slow = alarms.find((alarm) => alarm.AlarmName === 'Rollbacks/Recovery/Slow');
test('a slow recovery rings when more than one in twenty is slow, in staging alone', () => {
  const [metric] = slow === undefined ? [] : watchedBy(slow);
  if (slow === undefined || metric === undefined) throw new Error('there is no such alarm');
  expect(metric.dimensions).toEqual({ environment: 'staging' });
  const recoveries = (slowOnes: number): readonly Sample[] =>
    Array.from({ length: 20 }, (_, each) => ({ metric, age: each * 60, value: each < slowOnes ? 900 : 90 }));
  expect(alarmState(slow, recoveries(1))).toBe('OK');
  expect(alarmState(slow, recoveries(2))).toBe('ALARM');
  const production = recoveries(20).map((sample) => ({
    ...sample,
    metric: { ...metric, dimensions: { environment: 'production' } },
  }));
  expect(alarmState(slow, production)).toBe('OK');
});

test.each(['Rollbacks/HealthSweep/Missed', 'Rollouts/JudgeSweep/Missed'])(
  '%s: sweeps that stop ring after three minutes, though CloudWatch looks further back for real data',
  (name) => {
    const sweep = alarms.find((alarm) => alarm.AlarmName === name);
    const [metric] = sweep === undefined ? [] : watchedBy(sweep);
    if (sweep === undefined || metric === undefined) throw new Error('there is no such alarm');
    const silentFor = (minutes: number): readonly Sample[] =>
      Array.from({ length: 60 }, (_, each) => ({ metric, age: (minutes + each) * 60 + 30, value: 1 }));
    expect(alarmState(sweep, silentFor(2))).toBe('OK');
    expect(alarmState(sweep, silentFor(3))).toBe('ALARM');
    expect(alarmState(sweep, silentFor(60))).toBe('ALARM');
  },
);
