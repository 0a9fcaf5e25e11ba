import * as z from 'zod';
import { Fault } from '../../kernel/fault.ts';
import { type Clock, isoTime, millis } from '../../kernel/time.ts';
import type { History, Uptime } from '../../ports/health.ts';
import { type JsonEndpoint, readJson } from '../read-json.ts';
import { quoted } from './range-query.ts';

/** What a query is about. `window` is a PromQL duration such as `3600s`. */
type UptimeSubject = {
  readonly service: string;
  readonly environment: string;
  readonly revision: string;
  readonly window: string;
};

/** The two sums an uptime is made of: all requests of the window, and those that failed. */
type UptimeQueries = {
  readonly all: (subject: UptimeSubject) => string;
  readonly failed: (subject: UptimeSubject) => string;
};

type Config = JsonEndpoint & { readonly now: Clock; readonly queries?: UptimeQueries };

const QueryAnswer = z.looseObject({
  status: z.literal('success'),
  data: z.looseObject({
    resultType: z.literal('vector'),
    result: z.array(z.looseObject({ value: z.tuple([z.number(), z.string()]) })),
  }),
});

const DEFAULT_QUERIES: UptimeQueries = {
  all: (subject) => sumOfIncrease(subject, ''),
  failed: (subject) => sumOfIncrease(subject, ',code=~"5.."'),
};

/**
 * History over Prometheus' query API. Uptime is good / all requests of a revision in the window, where a request
 * is good unless its code is 5xx (a client's 4xx is no fault of the revision). Both sums are evaluated at the
 * window's end, which is never later than now.
 */
export function prometheusHistory(config: Config): History {
  const queries = config.queries ?? DEFAULT_QUERIES;
  return {
    uptime: async (target, { revision, from, to }) => {
      const end = Math.min(millis(to), config.now());
      const seconds = Math.ceil((end - millis(from)) / 1000);
      // an empty, reversed or unreadable window was not measured
      if (!(seconds > 0)) return undefined;
      const { service, environment } = target;
      const subject = { service, environment, revision, window: `${seconds}s` };
      const [all, failed] = await Promise.all([
        readSum(config, queries.all(subject), end),
        readSum(config, queries.failed(subject), end),
      ]);
      return all > 0 ? uptimeOf({ from, to: isoTime(end), all, failed }) : undefined;
    },
  };
}

function uptimeOf(measured: { from: string; to: string; all: number; failed: number }): Uptime {
  const { from, to, all, failed } = measured;
  // Prometheus extrapolates each sum on its own, so that they need not be integers, nor failed <= all.
  const fraction = Math.min(1, Math.max(0, (all - failed) / all));
  return { from, to, fraction, samples: Math.round(all) };
}

/** One number: the value of the only series; no series means that nothing was counted. */
async function readSum(config: Config, query: string, endMs: number): Promise<number> {
  const parameters = new URLSearchParams({ query, time: (endMs / 1000).toFixed(3) });
  const parsed = QueryAnswer.safeParse(await readJson(config, '/api/v1/query', parameters));
  if (!parsed.success) {
    throw new Fault('Malformed', "Prometheus' answer is not what its API describes", { cause: parsed.error });
  }
  const { result } = parsed.data.data;
  if (result.length > 1) throw new Fault('Malformed', `${result.length} series where one sum was asked for`);
  const value = Number(result[0]?.value[1] ?? '0');
  if (!Number.isFinite(value) || value < 0) throw new Fault('Malformed', 'a sum of counts that is no count');
  return value;
}

function sumOfIncrease(subject: UptimeSubject, more: string): string {
  const { service, environment, revision, window } = subject;
  const matchers = `service=${quoted(service)},environment=${quoted(environment)},revision=${quoted(revision)}${more}`;
  return `sum(increase(http_requests_total{${matchers}}[${window}]))`;
}
