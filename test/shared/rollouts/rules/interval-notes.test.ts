import { expect, test } from 'vitest';
import { intervalNotes } from '../../../../shared/rollouts/rules/interval-notes.ts';
import { minute } from './counts.ts';

const time = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, minutes * 60)).toISOString();
const NOW = Date.UTC(2026, 0, 1, 1);
const at = (name: string, end?: string) => ({
  ...minute(0, [100, 0], [900, 4]),
  at: name,
  ...(end !== undefined && { end }),
});
const notes = (...minutes: readonly number[]) =>
  intervalNotes(
    minutes.map((each) => at(time(each))),
    NOW,
  );

test('minutes one after the other are nothing to note, in whichever order and however often they come', () => {
  expect(notes(2, 0, 1, 1)).toEqual([]);
  expect(notes(0)).toEqual([]);
  expect(notes()).toEqual([]);
});

test('minutes that are missing in between are named with what is on both sides', () => {
  expect(notes(0, 1, 5, 6)).toEqual([
    'gap of 3 minutes between 2026-01-01T00:01:00.000Z and 2026-01-01T00:05:00.000Z: nobody measured it',
  ]);
  expect(notes(0, 1, 3)[0]).toContain('gap of 1 minute between');
});

test('a clock that is a little late makes no gap', () => {
  expect(notes(0, 1, 2.2, 3.4)).toEqual([]);
  expect(notes(0, 1, 2.5)[0]).toContain('gap of 30 seconds');
});

test('an interval that says its end is as long as it says', () => {
  const whole = [at(time(0), time(5)), at(time(5), time(6)), at(time(6), time(7))];
  expect(intervalNotes(whole, NOW)).toEqual([]);
  const torn = [at(time(0), time(4)), at(time(5), time(6)), at(time(6), time(7))];
  expect(intervalNotes(torn, NOW)[0]).toContain('gap of 1 minute between 2026-01-01T00:00:00.000Z');
});

test('of many gaps three are told and the others counted', () => {
  const found = notes(0, 1, 3, 5, 7, 9, 11);
  expect(found).toHaveLength(4);
  expect(found.at(-1)).toBe('2 more gap(s) after these');
});

test('numbers have gaps without a unit, and are never in the future', () => {
  const numbers = ['1', '2', '6'].map((each) => at(each));
  expect(intervalNotes(numbers, NOW)).toEqual(['gap of 3 between 2 and 6: nobody measured it']);
  expect(intervalNotes([at(String(NOW * 2))], NOW)).toEqual([]);
});

test('dates in the future are counted, and the last of them named', () => {
  expect(notes(60)).toEqual([]);
  expect(notes(59, 60, 61, 62)).toEqual([
    '2 interval(s) begin in the future, the last one at 2026-01-01T01:02:00.000Z: nobody can have measured it',
  ]);
});
