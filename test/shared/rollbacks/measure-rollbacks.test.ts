import { expect, test } from 'vitest';
import type { Meter } from '../../../shared/ports/meter.ts';
import { measureRollbackEvent, RollbackEventDetail } from '../../../shared/rollbacks/index.ts';
import { measureStates } from '../../../shared/rollbacks/measure-states.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

type Line = readonly [metric: string, value: number, dimensions: Readonly<Record<string, string>>];

function meterInMemory(): Meter & { readonly lines: readonly Line[] } {
  const lines: Line[] = [];
  return {
    lines,
    count: (metric, dimensions = {}) => lines.push([metric, 1, dimensions]),
    measure: (metric, value, dimensions = {}) => lines.push([metric, value, dimensions]),
  };
}

const PLACE = { service: 'shop', environment: 'staging' };
const AT = '2026-11-21T10:10:00.000Z';

function measured(type: string, data: object): readonly Line[] {
  const meter = meterInMemory();
  const detail = { eventId: 'rollback/rbk_1/7/0', at: AT, ...PLACE, data };
  measureRollbackEvent(meter, type, RollbackEventDetail.parse(detail));
  return meter.lines;
}

test('an aborted attempt is counted with its reason', () => {
  expect(measured('RollbackEnded', { state: 'Aborted', reason: 'KILL_SWITCH' })).toEqual([
    ['rollbacks_aborted_total', 1, { ...PLACE, reason: 'KILL_SWITCH' }],
  ]);
});

test('an attempt aborted for security counts as a denied permission as well', () => {
  expect(measured('RollbackEnded', { state: 'Aborted', reason: 'SECURITY' })).toContainEqual([
    'permission_denied_total',
    1,
    PLACE,
  ]);
});

test('a complete rollback is counted as recovered, and neither as aborted nor as denied', () => {
  expect(measured('RollbackEnded', { state: 'RollbackComplete' })).toEqual([
    ['rollbacks_recovered_total', 1, PLACE],
  ]);
});

test('time to detect runs from when the sender says it began, otherwise from our first sight', () => {
  const times = { detected: '2026-11-21T10:00:00.000Z', confirmed: '2026-11-21T10:00:30.000Z' };
  expect(measured('RollbackEnded', { state: 'SelfHealed', times })).toEqual([
    ['time_to_detect_seconds', 30, PLACE],
  ]);
  const started = { ...times, started: '2026-11-21T09:59:00.000Z' };
  expect(measured('RollbackEnded', { state: 'SelfHealed', times: started })).toEqual([
    ['time_to_detect_seconds', 90, PLACE],
  ]);
});

test('time to mitigate and to recover run from detection, and only a complete rollback has recovered', () => {
  const times = { detected: '2026-11-21T10:00:00.000Z', merged: '2026-11-21T10:02:00.000Z' };
  expect(measured('RollbackEnded', { state: 'RollbackComplete', times })).toEqual([
    ['rollbacks_recovered_total', 1, PLACE],
    ['time_to_mitigate_seconds', 120, PLACE],
    ['time_to_recover_seconds', 600, PLACE],
  ]);
  expect(measured('RollbackEnded', { state: 'Aborted', reason: 'REVIEW_TIMEOUT', times })).toEqual([
    ['rollbacks_aborted_total', 1, { ...PLACE, reason: 'REVIEW_TIMEOUT' }],
    ['time_to_mitigate_seconds', 120, PLACE],
  ]);
});

test('a sender whose clock runs ahead makes no negative time', () => {
  const times = { started: '2026-11-21T11:00:00.000Z', confirmed: '2026-11-21T10:00:30.000Z' };
  expect(measured('RollbackEnded', { state: 'SelfHealed', times })).toEqual([
    ['time_to_detect_seconds', 0, PLACE],
  ]);
});

test('a merge that a person made is counted as not automatic', () => {
  expect(measured('PullRequestMergedByHuman', { state: 'RollbackMerged' })).toEqual([
    ['rollbacks_merged_total', 1, { ...PLACE, auto: 'false' }],
  ]);
});

test('a page that went out is counted', () => {
  expect(measured('Paged', { state: 'AwaitingMerge' })).toEqual([['rollbacks_paged_total', 1, PLACE]]);
});

test('events that say nothing to measure measure nothing', () => {
  for (const type of ['CiSucceeded', 'CandidateResolved', 'EscalationRaised', 'SomethingNew'])
    expect(measured(type, { state: 'AwaitingMerge' })).toEqual([]);
});

test('the gauges show how many attempts stand in each open state, also where there is none', async () => {
  const run = await rollbackRun({ services: ['shop', 'cart'] });
  const before = meterInMemory();
  await measureStates({ store: run.deps.store, meter: before });
  expect(before.lines).toContainEqual(['rollback_state', 0, { state: 'DegradationDetected' }]);
  expect(before.lines).toContainEqual(['active_rollbacks', 0, {}]);
  run.degrade('shop');
  run.degrade('cart');
  run.sweepEveryMinute();
  await run.until('DegradationDetected');
  await run.pass(1);
  const after = meterInMemory();
  await measureStates({ store: run.deps.store, meter: after });
  expect(after.lines).toContainEqual(['rollback_state', 2, { state: 'DegradationDetected' }]);
  expect(after.lines).toContainEqual(['rollback_state', 0, { state: 'RollbackMerged' }]);
  expect(after.lines).toContainEqual(['active_rollbacks', 2, { environment: 'staging' }]);
  await run.close();
});
