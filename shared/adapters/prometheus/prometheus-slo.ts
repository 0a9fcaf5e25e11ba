import { Fault } from '../../kernel/fault.ts';
import { millis } from '../../kernel/time.ts';
import type { SloCounts, SloTarget } from '../../policies/ports.ts';
import type { JsonEndpoint } from '../read-json.ts';
import { type Line, queryRange, quoted } from './range-query.ts';

const REQUESTS = 'http_requests_total';
const BUCKETS = 'http_request_duration_seconds_bucket';

/**
 * What SLOs are counted by, in Prometheus: `http_requests_total{service,environment,code}`, where 5xx is bad, and the classic
 * histogram `http_request_duration_seconds`, whose edges the thresholds of latency SLOs must be. A series that is there and
 * did not move says that nothing was asked; no series says nothing. Counts are extrapolated by `increase()`, so need not
 * be whole.
 */
export function prometheusSlo(endpoint: JsonEndpoint): SloCounts {
  return (target, windows, at) =>
    Promise.all(windows.map((window) => countWindow(endpoint, target, window, at)));
}

async function countWindow(endpoint: JsonEndpoint, target: SloTarget, seconds: number, at: string) {
  const end = millis(at);
  const sum = async (metric: string, only: string) => {
    const matchers = `service=${quoted(target.service)},environment=${quoted(target.environment)}${only}`;
    const query = `sum(increase(${metric}{${matchers}}[${seconds}s]))`;
    return onlyValue(await queryRange(endpoint, query, { start: end, end, step: 1000 }), end);
  };
  const { indicator } = target;
  const parts =
    indicator.kind === 'availability'
      ? ([sum(REQUESTS, ''), sum(REQUESTS, ',code=~"5.."')] as const)
      : ([sum(BUCKETS, ',le="+Inf"'), sum(BUCKETS, `,le=${quoted(edge(indicator.ms))}`)] as const);
  const [total, part] = await Promise.all(parts);
  if (total === undefined) return undefined;
  // A series of failures begins with the first one; the edge of a histogram is there from the start, or is none.
  if (indicator.kind === 'availability') return within(total - (part ?? 0), total);
  return part === undefined ? undefined : within(part, total);
}

/** Each sum is extrapolated on its own, so that they may cross. */
function within(good: number, total: number) {
  return { good: Math.min(total, Math.max(0, good)), total };
}

/** `300` as the label of a bucket has it: seconds, `0.3`. */
function edge(ms: number): string {
  return String(ms / 1000);
}

function onlyValue(lines: readonly Line[], end: number): number | undefined {
  if (lines.length > 1) throw new Fault('Malformed', `${lines.length} series where one sum was asked for`);
  const value = lines[0]?.values.get(end);
  if (value === undefined) return undefined;
  if (!Number.isFinite(value) || value < 0) throw new Fault('Malformed', 'a sum of counts that is no count');
  return value;
}
