import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isoTime, millis, zoneShift } from '../../../shared/kernel/index.ts';

const time = fc.integer({ min: Date.UTC(1960, 0), max: Date.UTC(2110, 0) });

test('a stored time is read as Date.parse reads it, and so is whatever only looks like one', async () => {
  const edited = fc.tuple(time, fc.nat(23), fc.constantFrom('0', '2', '3', '9', '-', ':', 'T', 'Z', ' '));
  await fc.assert(
    fc.property(edited, ([at, index, sign]) => {
      const text = isoTime(at);
      const other = `${text.slice(0, index)}${sign}${text.slice(index + 1)}`;
      expect(millis(text)).toBe(at);
      expect(text).toBe(new Date(at).toISOString());
      expect(millis(other)).toBe(Date.parse(other));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  '2026-02-29T00:00:00.000Z',
  '2026-04-31T00:00:00.000Z',
  '2026-01-01T24:00:00.000Z',
  'no time',
  '',
])('%s is read as Date.parse reads it', (text) => {
  expect(millis(text)).toBe(Date.parse(text));
});

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'America/St_Johns',
  'Australia/Lord_Howe',
];

test('the clocks of a zone are as far ahead as Intl shows, except on days when nobody asks this way', async () => {
  const shown = (zone: string, at: number) =>
    new Date(at).toLocaleString('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  await fc.assert(
    fc.property(fc.constantFrom(...ZONES), time, (zone, at) => {
      const shift = zoneShift(zone, at);
      if (shift !== undefined)
        expect(
          isoTime(at + shift)
            .slice(0, 19)
            .replace('T', ' '),
        ).toBe(shown(zone, at));
    }),
    { numRuns: 500 },
  );
  expect(zoneShift('Europe/Berlin', Date.parse('2026-07-01T12:00:00Z'))).toBe(7_200_000);
});

test('on a day when clocks are set, and long ago, Intl is to be asked', () => {
  expect(zoneShift('Europe/Berlin', Date.parse('2026-03-29T12:00:00Z'))).toBeUndefined();
  expect(zoneShift('Europe/Berlin', Date.parse('1945-05-01T12:00:00Z'))).toBeUndefined();
  expect(() => zoneShift('Europe/Nowhere', Date.parse('2026-03-01T12:00:00Z'))).toThrow(RangeError);
});
