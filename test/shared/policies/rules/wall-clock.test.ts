import { expect, test } from 'vitest';
import { BUILT_IN_SET, Calendar, type PolicySet } from '../../../../shared/policies/index.ts';
import { wallClock } from '../../../../shared/policies/rules/wall-clock.ts';
import { evaluate } from '../facts.ts';

const friday = (zone: string) => ({
  zone,
  weekly: [{ from: { day: 'Fri', time: '16:00' }, to: { day: 'Sat', time: '00:00' } }],
});
const under = (calendar: unknown): PolicySet => ({
  ...BUILT_IN_SET,
  calendars: { winter: Calendar.parse(calendar) },
});
const verdictAt = (calendar: unknown, at: string) => evaluate({ set: under(calendar), at }).verdict;

test.each([
  ['2026-11-20T15:59:59.999Z', 'allow'],
  ['2026-11-20T16:00:00.000Z', 'block'],
  ['2026-11-20T23:59:59.999Z', 'block'],
  ['2026-11-21T00:00:00.000Z', 'allow'],
])('Friday at 16:00:00 UTC blocks until midnight: %s %s', (at, verdict) => {
  const outcome = evaluate({ at });
  expect(outcome.verdict).toBe(verdict);
  expect(outcome.freezes.length).toBe(verdict === 'block' ? 1 : 0);
});

test.each([
  ['winter', 'Europe/Berlin', '2026-11-20T14:59:59.000Z', '2026-11-20T15:00:00.000Z'],
  ['summer', 'Europe/Berlin', '2026-07-03T13:59:59.000Z', '2026-07-03T14:00:00.000Z'],
  ['far east', 'Pacific/Auckland', '2026-07-03T03:59:59.000Z', '2026-07-03T04:00:00.000Z'],
  ['half an hour off', 'Asia/Kolkata', '2026-07-03T10:29:59.000Z', '2026-07-03T10:30:00.000Z'],
])('16:00 is by the wall clock of the zone: %s', (_when, zone, before, at) => {
  expect(verdictAt(friday(zone), before)).toBe('allow');
  expect(verdictAt(friday(zone), at)).toBe('block');
});

test('the hour that comes twice is frozen twice, the hour that is skipped not at all', () => {
  const night = {
    zone: 'Europe/Berlin',
    weekly: [{ from: { day: 'Sun', time: '02:00' }, to: { day: 'Sun', time: '03:00' } }],
  };
  // 25 October 2026: 03:00 summer time is 02:00 winter time
  expect(verdictAt(night, '2026-10-24T23:59:59.000Z')).toBe('allow');
  expect(verdictAt(night, '2026-10-25T00:30:00.000Z')).toBe('block');
  expect(verdictAt(night, '2026-10-25T01:30:00.000Z')).toBe('block');
  expect(verdictAt(night, '2026-10-25T02:00:00.000Z')).toBe('allow');
  // 29 March 2026: 02:00 is 03:00
  expect(verdictAt(night, '2026-03-29T00:59:59.000Z')).toBe('allow');
  expect(verdictAt(night, '2026-03-29T01:00:00.000Z')).toBe('allow');
});

test('a window may run over the end of the week', () => {
  const weekend = {
    zone: 'UTC',
    weekly: [{ from: { day: 'Fri', time: '18:00' }, to: { day: 'Mon', time: '06:00' } }],
  };
  expect(verdictAt(weekend, '2026-11-20T17:59:59.000Z')).toBe('allow');
  expect(verdictAt(weekend, '2026-11-22T12:00:00.000Z')).toBe('block');
  expect(verdictAt(weekend, '2026-11-23T05:59:59.000Z')).toBe('block');
  expect(verdictAt(weekend, '2026-11-23T06:00:00.000Z')).toBe('allow');
});

test('holidays are whole days of the zone, and say their name', () => {
  const holidays = {
    zone: 'America/New_York',
    dates: [{ from: '2026-12-24', to: '2026-12-26', name: 'Christmas' }],
  };
  expect(verdictAt(holidays, '2026-12-24T04:59:59.000Z')).toBe('allow');
  const outcome = evaluate({ set: under(holidays), at: '2026-12-27T04:59:59.000Z' });
  expect(outcome).toMatchObject({ verdict: 'block', freezes: [{ calendar: 'winter', why: 'Christmas' }] });
  expect(verdictAt(holidays, '2026-12-27T05:00:00.000Z')).toBe('allow');
});

test('a calendar of another environment or service does not freeze this one', () => {
  const at = '2026-11-20T17:00:00.000Z';
  expect(verdictAt({ ...friday('UTC'), environments: ['staging'] }, at)).toBe('allow');
  expect(verdictAt({ ...friday('UTC'), services: ['shop'] }, at)).toBe('allow');
  expect(verdictAt({ ...friday('UTC'), services: ['checkout'], environments: ['production'] }, at)).toBe(
    'block',
  );
});

test.each([
  [{ zone: 'Mars/Olympus' }, 'a zone that is none'],
  [
    { zone: 'UTC', dates: [{ from: '2026-12-26', to: '2026-12-24', name: 'x' }] },
    'days that end before they begin',
  ],
  [{ zone: 'UTC', dates: [{ from: '2026-02-30', to: '2026-03-01', name: 'x' }] }, 'a day that is none'],
  [
    { zone: 'UTC', weekly: [{ from: { day: 'Fri', time: '25:00' }, to: { day: 'Sat', time: '00:00' } }] },
    'an hour that is none',
  ],
])('%j is no calendar: %s', (calendar, _why) => {
  expect(Calendar.safeParse(calendar).success).toBe(false);
});

test('a clock reads midnight as 00:00:00 of the new day', () => {
  expect(wallClock('Europe/Berlin', '2026-11-20T23:00:00.000Z')).toEqual({
    ...{ date: '2026-11-21', day: 'Sat', time: '00:00:00' },
  });
});
