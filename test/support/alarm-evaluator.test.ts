import { describe, expect, test } from 'vitest';
import { type AlarmProperties, alarmOf, alarmState, type Sample } from './alarm-evaluator.ts';

const METRIC = { namespace: 'N', name: 'm', dimensions: {} };

function alarm(change: Partial<AlarmProperties> = {}): AlarmProperties {
  return alarmOf({
    ...{ AlarmName: 'A', AlarmDescription: 'a', Namespace: 'N', MetricName: 'm', Period: 60 },
    ...{ Statistic: 'Sum', Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' },
    ...{ EvaluationPeriods: 3, TreatMissingData: 'notBreaching', ...change },
  });
}

/** One data point a minute, the newest last: X breaches, 0 does not, - is missing. */
function minutes(picture: string): readonly Sample[] {
  return [...picture].reverse().flatMap((each, index) => {
    const sample = { metric: METRIC, age: index * 60 + 30 };
    return each === '-' ? [] : [{ ...sample, value: each === 'X' ? 2 : 0 }];
  });
}

/** The table of CloudWatch's page "Configuring how CloudWatch alarms treat missing data", three of three data points. */
describe.each([
  ['0-X-X', 'OK', 'OK'],
  ['----0', 'OK', 'OK'],
  ['-----', 'OK', 'ALARM'],
  ['0XX-X', 'ALARM', 'ALARM'],
  ['--X-X', 'OK', 'ALARM'],
  ['00XXX', 'ALARM', 'ALARM'],
  ['XXX00', 'OK', 'OK'],
] as const)('data points %s', (picture, notBreaching, breaching) => {
  test(`are ${notBreaching} when missing data does not breach`, () => {
    expect(alarmState(alarm({ TreatMissingData: 'notBreaching' }), minutes(picture))).toBe(notBreaching);
  });

  test(`are ${breaching} when missing data breaches`, () => {
    expect(alarmState(alarm({ TreatMissingData: 'breaching' }), minutes(picture))).toBe(breaching);
  });
});

test('a metric under other dimensions is another metric', () => {
  const other = { ...METRIC, dimensions: { service: 'shop' } };
  const samples = minutes('XXX').map((sample) => ({ ...sample, metric: other }));
  expect(alarmState(alarm(), samples)).toBe('OK');
});

test('M of N rings when M breach', () => {
  expect(alarmState(alarm({ DatapointsToAlarm: 2 }), minutes('00X0X'))).toBe('ALARM');
  expect(alarmState(alarm({ DatapointsToAlarm: 2 }), minutes('00X00'))).toBe('OK');
});

test('what is not modelled is refused, not left out', () => {
  expect(() => alarm({ Statistic: 'IQM' }) && alarmState(alarm({ Statistic: 'IQM' }), minutes('X'))).toThrow(
    'not evaluated',
  );
  expect(() => alarmOf({ ...alarm(), EvaluateLowSampleCountPercentile: 'ignore' })).toThrow();
  const Metrics = [{ Id: 'e', Expression: 'RATE(m)', ReturnData: true }];
  expect(() => alarmState(alarm({ Metrics }), [])).toThrow('not evaluated');
});
