import { expect, test } from 'vitest';
import type { Meter } from '../../../shared/ports/meter.ts';
import { rollbackEventExamples } from '../../../shared/rollbacks/events.examples.ts';
import { measureOnce, measureRollbackEvent, RollbackEventDetail } from '../../../shared/rollbacks/index.ts';
import { tallyOf } from '../../../shared/rollbacks/tally-rollbacks.ts';
import { memoryWork } from '../../support/memory-work.ts';

const detail = (data: object, environment = 'staging'): RollbackEventDetail =>
  RollbackEventDetail.parse({
    ...{ eventId: 'rollback/rbk_1/7/0', at: '2026-11-21T10:10:00.000Z', service: 'shop', environment },
    data,
  });

function meterInMemory(): Meter & { readonly metrics: readonly string[] } {
  const metrics: string[] = [];
  return { metrics, count: (metric) => metrics.push(metric), measure: (metric) => metrics.push(metric) };
}

test.each([
  ['DegradationDetected', { trigger: 'signal' }, { 'degradations_detected_total|': 1 }],
  ['PullRequestOpened', { state: 'PullRequestOpen' }, { 'rollbacks_proposed_total|true': 1 }],
  ['PullRequestFailed', { state: 'AwaitingHumanReview' }, { 'rollbacks_proposed_total|false': 1 }],
  ['MergeCompleted', { sha: 'a', auto: true }, { 'rollbacks_merged_total|true': 1 }],
  ['MergeCompleted', { sha: 'a', auto: false }, { 'rollbacks_merged_total|false': 1 }],
  ['MergeCompleted', { state: 'RollbackMerged' }, { 'rollbacks_merged_total|unknown': 1 }],
  ['PullRequestMergedByHuman', { state: 'RollbackMerged' }, { 'rollbacks_merged_total|false': 1 }],
  ['CiFailed', { state: 'AwaitingHumanReview' }, { 'invariant_violations_total|I6': 1 }],
  ['CiTimedOut', { state: 'AwaitingHumanReview' }, { 'invariant_violations_total|I6': 1 }],
  ['InvariantsPassed', { state: 'RollbackMerged' }, {}],
  [
    'RollbackEnded',
    { state: 'Aborted', reason: 'STALE_STATE' },
    { 'rollbacks_aborted_total|STALE_STATE': 1 },
  ],
  ['RollbackEnded', { state: 'Aborted', reason: 'x|y' }, { 'rollbacks_aborted_total|unknown': 1 }],
  ['RollbackEnded', { state: 'Observed' }, {}],
])('%s %j adds %j', (type, data, amounts) => {
  expect(tallyOf(type, detail(data))).toEqual(amounts);
});

test('an evaluation adds each invariant that fails, but for I1, which only asks for a person', () => {
  const results = [
    { id: 'I1', result: 'fail', value: 'production never merges by itself' },
    { id: 'I3', result: 'overridden', value: '2 of 2 replicas' },
    { id: 'I6', result: 'fail', value: 'a check failed' },
    { id: 'I8', result: 'fail', value: '11 files changed' },
    { id: 'I2', result: 'wait', value: 'Progressing' },
  ];
  expect(tallyOf('InvariantsEvaluated', detail({ results }, 'production'))).toEqual({
    'invariant_violations_total|I6': 1,
    'invariant_violations_total|I8': 1,
  });
});

test('in production no merge is automatic, also when it is found later', () => {
  expect(tallyOf('MergeCompleted', detail({ state: 'RollbackMerged' }, 'production'))).toEqual({
    'rollbacks_merged_total|false': 1,
  });
});

test('a time goes into the bucket that it is at most, and over four hours into the last', () => {
  const times = { detected: '2026-11-21T10:00:00.000Z', merged: '2026-11-21T10:00:30.000Z' };
  expect(tallyOf('RollbackEnded', detail({ state: 'RollbackComplete', times }))).toEqual({
    'rollbacks_recovered_total|': 1,
    'time_to_mitigate_seconds|le|30': 1,
    'time_to_mitigate_seconds|sum': 30,
    'time_to_recover_seconds|le|600': 1,
    'time_to_recover_seconds|sum': 600,
  });
  const long = { detected: '2026-11-21T06:00:00.000Z', merged: '2026-11-21T10:00:00.001Z' };
  expect(tallyOf('RollbackEnded', detail({ state: 'SelfHealed', times: long }))).toMatchObject({
    'time_to_mitigate_seconds|le|Infinity': 1,
  });
});

test('the search that found a revision is measured when its attempt ends, in buckets of its own', () => {
  const times = {
    ...{ detected: '2026-11-21T10:00:00.000Z', confirmed: '2026-11-21T10:00:20.000Z' },
    candidate: '2026-11-21T10:00:23.500Z',
  };
  expect(tallyOf('RollbackEnded', detail({ state: 'SelfHealed', times }))).toEqual({
    'time_to_detect_seconds|le|30': 1,
    'time_to_detect_seconds|sum': 20,
    'candidate_search_seconds|le|5': 1,
    'candidate_search_seconds|sum': 3.5,
  });
});

test('whatever event makes a line in the log makes a sum as well, so that it is remembered', () => {
  const examples = Object.entries(rollbackEventExamples);
  expect(examples.length).toBeGreaterThan(30);
  for (const [type, example] of examples) {
    const meter = meterInMemory();
    measureRollbackEvent(meter, type, RollbackEventDetail.parse(example));
    if (meter.metrics.length > 0)
      expect(tallyOf(type, RollbackEventDetail.parse(example)), type).not.toEqual({});
  }
});

test('an event that comes again adds nothing, also when the log had its line before a crash', async () => {
  const work = memoryWork();
  const meter = meterInMemory();
  const deps = { work, clock: () => 0, meterAt: () => meter };
  const ended = detail({ state: 'Aborted', reason: 'PR_CLOSED' });
  const crashing = { ...deps, work: { ...work, addOnce: () => Promise.reject(new Error('killed')) } };
  await expect(measureOnce(crashing, 'RollbackEnded', ended)).rejects.toThrow('killed');
  for (let again = 0; again < 3; again += 1) await measureOnce(deps, 'RollbackEnded', ended);
  expect(await work.tallies()).toEqual([
    { service: 'shop', environment: 'staging', amounts: { 'rollbacks_aborted_total|PR_CLOSED': 1 } },
  ]);
  expect(meter.metrics).toHaveLength(2);
});
