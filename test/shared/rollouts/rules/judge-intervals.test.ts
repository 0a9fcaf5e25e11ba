import { describe, expect, test } from 'vitest';
import type { Interval } from '../../../../shared/rollouts/judge-contract.ts';
import { closeIntervals } from '../../../../shared/rollouts/rules/intervals.ts';
import { readJudgeDocument } from '../../../../shared/rollouts/rules/judge-document.ts';
import { judge, minute } from './counts.ts';

const time = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString();
const reading = (start: number, failures: number, watermark: number): Interval => ({
  ...minute(0, [100, failures], [900, 4]),
  at: time(start),
  id: `i${start}`,
  end: time(start + 1),
  watermark: time(watermark),
});

describe('an interval', () => {
  test('is judged only when the provider has data up to its end', () => {
    const outcome = judge([reading(0, 2, 1), reading(1, 50, 1)]);
    expect(outcome).toMatchObject({ verdict: 'UNDECIDED', open: ['i1'], compared: { intervals: '1' } });
    expect(outcome.reasons.join()).toContain('may still be revised');
    expect(judge([reading(0, 2, 1), reading(1, 50, 2)])).toMatchObject({ verdict: 'ROLLBACK', open: [] });
  });

  test('that comes again with a later watermark is counted as it is then, in whichever order they come', () => {
    const [early, late] = [reading(0, 2, 1), reading(0, 5, 4)];
    expect(closeIntervals([early, late]).closed).toEqual([late]);
    expect(closeIntervals([late, early]).closed).toEqual([late]);
    expect(judge([early, late])).toEqual(judge([late]));
  });

  test('that comes again unchanged is counted once', () => {
    const once = minute(3, [100, 2], [900, 4]);
    expect(judge([once, once])).toEqual(judge([once]));
  });

  test.each([
    ['2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00'],
    ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00Z'],
    ['3', '3.0'],
  ])('whose time is spelled differently is the same: %s, %s', (one, other) => {
    const counts = minute(3, [100, 2], [900, 4]);
    const twice = [
      { ...counts, at: one },
      { ...counts, at: other },
    ];
    expect(judge(twice)).toEqual(judge(twice.slice(0, 1)));
    const revised = [...twice.slice(0, 1), { ...minute(3, [100, 9], [900, 4]), at: other }];
    expect(() => judge(revised)).toThrow(/intervals\.1 gives .* a second time/);
  });

  test('that comes twice with other counts and no watermark is refused, by name', () => {
    const twice = () => judge([minute(3, [100, 2], [900, 4]), minute(3, [100, 3], [900, 4])]);
    expect(twice).toThrow(/intervals\.1 gives 3 a second time/);
  });

  test('is put in the order of time, whether that is written as dates or as numbers', () => {
    const numbers = [minute(10, [1, 0], [1, 0]), minute(9, [1, 0], [1, 0])];
    expect(judge(numbers).intervals.map(({ at }) => at)).toEqual(['9', '10']);
    const dates = [reading(2, 0, 9), reading(0, 0, 9), reading(1, 0, 9)];
    expect(judge(dates).intervals.map(({ at }) => at)).toEqual([time(0), time(1), time(2)]);
  });

  test('without a time that can be read is refused', () => {
    expect(() => judge([{ ...minute(0, [1, 0], [1, 0]), at: 'soon' }])).toThrow(/ISO 8601/);
  });
});

describe('a document', () => {
  const whole = { requests: 10, failures: 1, slower: { 300: 2 } };
  test.each([
    ['intervals.0.canary.failures', { canary: { ...whole, failures: 11 } }],
    ['intervals.0.canary.failures', { canary: { ...whole, failures: -1 } }],
    ['intervals.0.canary.requests', { canary: { ...whole, requests: Number.NaN } }],
    ['intervals.0.canary.requests', { canary: { ...whole, requests: Number.POSITIVE_INFINITY } }],
    ['intervals.0.canary.requests', { canary: { ...whole, requests: 10.5 } }],
    ['intervals.0.canary.requests', { canary: { failures: 0 } }],
    ['intervals.0.baseline.slower.300', { baseline: { ...whole, slower: { 300: 11 } } }],
    ['intervals.0.baseline.slower.fast', { baseline: { ...whole, slower: { fast: 1 } } }],
    ['intervals.0.baselin', { baselin: whole }],
    ['intervals.0.at', { at: 'soon' }],
    ['intervals.0.end is 0, before `at`, which is 1', { end: 0 }],
    ['intervals.0.end', { at: '2026-01-01T00:01:00Z', end: '2026-01-01T01:00:30+01:00' }],
  ])('with something wrong names the field %s', (path, part) => {
    const read = () => readJudgeDocument({ intervals: [{ at: 1, ...part }] });
    expect(read).toThrow(path);
  });

  test.each([
    ['intervals', {}],
    ['the document', []],
    ['the document', null],
    ['settings.alpha', { intervals: [], settings: { alpha: 1.5 } }],
    ['settings.fano', { intervals: [], settings: { fano: 0.5 } }],
    ['settings.rBad', { intervals: [], settings: { rBad: 1, r0: 1.1 } }],
    ['settings.judgeAlpha', { intervals: [], settings: { judgeAlpha: 0.02 } }],
    [
      'settings.latency.certify',
      { intervals: [], settings: { latency: { thresholds: [300], certify: [100] } } },
    ],
    [
      'settings.latency.weights does not name 300',
      { intervals: [], settings: { latency: { thresholds: [300], weights: {} } } },
    ],
    [
      'settings.latency.weights names 100',
      { intervals: [], settings: { latency: { thresholds: [300], weights: { 100: 1, 300: 1 } } } },
    ],
    [
      'settings.latency.weights.300',
      { intervals: [], settings: { latency: { thresholds: [300], weights: { 300: 5 } } } },
    ],
    ['`slower`', { intervals: [], settings: { fano: { errors: 2 } } }],
    ['settings.alfa', { intervals: [], settings: { alfa: 0.01 } }],
  ])('with something wrong names %s', (path, document) => {
    expect(() => readJudgeDocument(document)).toThrow(path);
  });

  test('may give an arm that nobody measured as null, a time as a number and switch the kill switch off', () => {
    const read = readJudgeDocument({
      intervals: [{ at: 7, canary: { requests: 1, failures: 0 }, baseline: null }],
      settings: { killSwitch: false },
    });
    expect(read.intervals).toEqual([{ at: '7', canary: { requests: 1, failures: 0, slower: {} } }]);
    expect(read.settings).toMatchObject({ killSwitch: null, judgeAlpha: 0.01 });
  });

  test('without settings for the latency compares the thresholds that each arm has and some request exceeded', () => {
    const arms = (slow: Record<string, number>) => ({ requests: 10, failures: 0, slower: slow });
    const intervals = [
      { at: 0, canary: arms({ 100: 3, 300: 1, 900: 0 }), baseline: arms({ 100: 2, 900: 0 }) },
    ];
    expect(readJudgeDocument({ intervals }).settings.latency).toEqual({ thresholds: [100], certify: [100] });
    const off = readJudgeDocument({ intervals, settings: { latency: false } });
    expect(off.settings.latency.thresholds).toEqual([]);
  });
});
