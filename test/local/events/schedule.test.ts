import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSchedule, runSchedule } from '../../../local/cloud/events/schedule.ts';

const at = (iso: string) => Date.parse(iso);
const next = (expression: string, after: string) => {
  const found = parseSchedule(expression, 0)(at(after));
  return found === undefined ? undefined : new Date(found).toISOString();
};

describe('a cron fires next', () => {
  test.each([
    ['cron(0 10 * * ? *)', '2026-11-21T09:59:59Z', '2026-11-21T10:00:00.000Z'],
    ['cron(0 10 * * ? *)', '2026-11-21T10:00:00Z', '2026-11-22T10:00:00.000Z'],
    ['cron(0/15 * * * ? *)', '2026-11-21T10:31:00Z', '2026-11-21T10:45:00.000Z'],
    ['cron(5,35 8-9 * * ?)', '2026-11-21T09:35:00Z', '2026-11-22T08:05:00.000Z'],
    ['cron(0 18 ? * MON-FRI *)', '2026-11-21T00:00:00Z', '2026-11-23T18:00:00.000Z'],
    ['cron(0 0 ? * 1 *)', '2026-11-21T00:00:00Z', '2026-11-22T00:00:00.000Z'],
    ['cron(0 0 29 FEB ? *)', '2026-11-21T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['cron(0 0 31 */2 ? *)', '2026-11-21T00:00:00Z', '2027-01-31T00:00:00.000Z'],
    ['cron(0 0 1 1 ? 2026)', '2026-11-21T00:00:00Z', undefined],
  ])('%s after %s at %s', (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });

  test('strictly later, on a minute of the field, and never later than the period allows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 4e12 }), (minute, after) => {
        const found = parseSchedule(`cron(${minute} * * * ? *)`, 0)(after) ?? 0;
        expect(found).toBeGreaterThan(after);
        expect(found - after).toBeLessThanOrEqual(3_600_000);
        expect(new Date(found).getUTCMinutes()).toBe(minute);
      }),
    );
  });
});

describe('a rate', () => {
  test('counts from its origin, whenever it is asked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 90 }), fc.nat(1e9), fc.nat(1e9), (minutes, origin, later) => {
        const found = parseSchedule(`rate(${minutes} minutes)`, origin)(origin + later) ?? 0;
        expect((found - origin) % (minutes * 60_000)).toBe(0);
        expect(found).toBeGreaterThan(origin + later);
        expect(found - origin - later).toBeLessThanOrEqual(minutes * 60_000);
      }),
    );
  });
});

test.each([
  'rate(0 minutes)',
  'rate(1 minutes)',
  'rate(5 minute)',
  'rate(1 week)',
  'every minute',
  'cron(* * * * * *)',
  'cron(0 0 ? * ? *)',
  'cron(60 * * * ? *)',
  'cron(0 0 L * ? *)',
  'cron(0 0 ? * 2#1 *)',
  'cron(0/0 * * * ? *)',
  'cron(9-5 * * * ? *)',
  'cron(0 0)',
])('the schedule %s is refused', (expression) => {
  expect(() => parseSchedule(expression, 0)).toThrow();
});

test('a schedule fires again and again on the faster clock, and no more once it is stopped', async () => {
  let fires = 0;
  const stop = await new Promise<() => void>((resolve) => {
    const stopIt = runSchedule({
      expression: 'rate(1 minute)',
      now: Date.now,
      speed: 20_000,
      fire: () => {
        fires += 1;
        if (fires === 3) resolve(stopIt);
      },
    });
  });
  stop();
  const after = fires;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(after).toBe(3);
  expect(fires).toBe(3);
});
