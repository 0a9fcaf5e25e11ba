import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runningTime } from '../../../local/sandbox/lambda/running-time.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a clock of running time goes with the real one while the process runs', () => {
  const clock = runningTime(() => Date.now());
  const began = clock.now();
  vi.advanceTimersByTime(400);
  expect(clock.now() - began).toBe(400);
  clock.close();
});

test('it does not count the time in which the process stood still', () => {
  let real = 0;
  const clock = runningTime(() => real);
  const began = clock.now();
  real = 3_000;
  expect(clock.now() - began).toBe(100);
  vi.advanceTimersByTime(5);
  real += 4;
  expect(clock.now() - began).toBe(104);
  clock.close();
});
