import { afterEach, expect, test, vi } from 'vitest';
import { meter } from '../../../functions/runtime/observe.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What is written as EMF while something is measured. */
function emitted(measure: () => void): readonly Record<string, unknown>[] {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  vi.spyOn(console, 'log').mockImplementation((line) => {
    lines.push(String(line));
  });
  measure();
  return lines.filter((line) => line.includes('_aws')).map((line) => JSON.parse(line));
}

test('a count is emitted with its dimensions and without any, for alarms do not roll up', () => {
  const [line, ...more] = emitted(() =>
    meter().count('a_total', { service: 'shop', environment: 'staging' }),
  );
  expect(more).toEqual([]);
  expect(line).toMatchObject({
    a_total: 1,
    service: 'shop',
    environment: 'staging',
    _aws: {
      CloudWatchMetrics: [
        {
          Namespace: 'Holdfast',
          Dimensions: [[], ['service', 'environment']],
          Metrics: [{ Name: 'a_total', Unit: 'Count' }],
        },
      ],
    },
  });
});

test('a duration is emitted in seconds, under no dimension of anybody else', () => {
  const [line] = emitted(() => meter().measure('b_seconds', 1.5));
  expect(line).toMatchObject({
    b_seconds: 1.5,
    _aws: {
      CloudWatchMetrics: [{ Dimensions: [[]], Metrics: [{ Name: 'b_seconds', Unit: 'Seconds' }] }],
    },
  });
});
