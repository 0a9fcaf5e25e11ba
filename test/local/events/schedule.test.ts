import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { parseRate, runSchedule } from '../../../local/cloud/events/schedule.ts';

test('a rate is its count of minutes, hours or days', () => {
  const units = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 90 }), fc.constantFrom(...Object.keys(units)), (count, unit) => {
      expect(parseRate(`rate(${count} ${unit})`)).toBe(count * units[unit as keyof typeof units]);
    }),
  );
  expect(parseRate('rate(1 minute)')).toBe(60_000);
});

test.each(['rate(0 minutes)', 'rate(1 minutes)', 'rate(5 minute)', 'rate(1 week)', 'cron(0 10 * * ? *)', ''])(
  'the schedule %j is refused',
  (expression) => {
    expect(() => parseRate(expression)).toThrow(/schedule/);
  },
);

test('a schedule fires again and again, and no more once it is stopped', async () => {
  let fires = 0;
  const stop = await new Promise<() => void>((resolve) => {
    const stopIt = runSchedule(3, Date.now, () => {
      fires += 1;
      if (fires === 3) resolve(stopIt);
    });
  });
  stop();
  const after = fires;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(after).toBe(3);
  expect(fires).toBe(3);
});

test('a fire that was late moves none after it, and those that were missed are not made up', () => {
  vi.useFakeTimers({ now: 0 });
  const at: number[] = [];
  const stop = runSchedule(1000, Date.now, () => void at.push(Date.now()));
  vi.advanceTimersByTime(1000);
  vi.setSystemTime(3500);
  vi.advanceTimersByTime(1500);
  stop();
  vi.useRealTimers();
  expect(at).toEqual([1000, 4500, 5000]);
});
