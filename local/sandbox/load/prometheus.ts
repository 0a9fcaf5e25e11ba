import { type Context, Hono } from 'hono';
import type { Clock } from '../deployer/types.ts';
import { evaluate, type Point } from './evaluate.ts';
import { parseQuery } from './promql.ts';
import type { Metrics } from './series.ts';

type Config = {
  readonly metrics: Metrics;
  readonly now: Clock;
  /** When given, the bearer token that every query must carry. */
  readonly token?: string;
  readonly failure: () => 403 | 429 | 500 | 503 | undefined;
};

const MAX_POINTS = 11_000; // Prometheus' own limit of a range query

/** Prometheus' query API (`query`, `query_range`; GET and POST) over the metrics. */
export function prometheusApi(config: Config): Hono {
  const api = new Hono();
  api.use(async (context, next) => {
    const failure = config.failure();
    if (failure !== undefined) return context.text('the sandbox was told to fail', failure);
    const refused =
      config.token !== undefined && context.req.header('authorization') !== `Bearer ${config.token}`;
    return refused ? context.text('Unauthorized', 401) : next();
  });
  api.on(['GET', 'POST'], '/api/v1/query', (context) => answer(context, (get) => instant(config, get)));
  api.on(['GET', 'POST'], '/api/v1/query_range', (context) => answer(context, (get) => range(config, get)));
  return api;
}

type Get = (name: string) => string | undefined;

async function answer(context: Context, compute: (get: Get) => unknown): Promise<Response> {
  const form = new URLSearchParams(context.req.method === 'POST' ? await context.req.text() : '');
  const get: Get = (name) => form.get(name) ?? context.req.query(name);
  try {
    return context.json({ status: 'success', data: compute(get) });
  } catch (error) {
    // a SyntaxError is the query's or a pattern's, a RangeError a parameter's; anything else is a bug
    if (!(error instanceof SyntaxError) && !(error instanceof RangeError)) throw error;
    return context.json({ status: 'error', errorType: 'bad_data', error: error.message }, 400);
  }
}

function instant(config: Config, get: Get): unknown {
  const at = timeOf(get('time'), config.now());
  const points = evaluate(config.metrics, parseQuery(get('query') ?? ''), at);
  return {
    resultType: 'vector',
    result: points.map(({ labels, value }) => ({ metric: labels, value: [at / 1000, textOf(value)] })),
  };
}

function range(config: Config, get: Get): unknown {
  const expression = parseQuery(get('query') ?? '');
  const start = timeOf(get('start'), Number.NaN);
  const end = timeOf(get('end'), Number.NaN);
  const step = Number(get('step')?.replace(/s$/, '')) * 1000;
  if (!(step > 0) || !(end >= start))
    throw new RangeError('start, end and step must be given, in this order');
  if ((end - start) / step > MAX_POINTS) throw new RangeError('exceeded maximum resolution of 11,000 points');
  const lines = new Map<
    string,
    { readonly metric: Point['labels']; readonly values: (readonly [number, string])[] }
  >();
  for (let at = start; at <= end; at += step) {
    for (const { labels, value } of evaluate(config.metrics, expression, at)) {
      const key = JSON.stringify(labels);
      const line = lines.get(key) ?? { metric: labels, values: [] };
      line.values.push([at / 1000, textOf(value)]);
      lines.set(key, line);
    }
  }
  return { resultType: 'matrix', result: [...lines.values()] };
}

/** Unix seconds with fractions, or RFC 3339; in milliseconds. */
function timeOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const seconds = Number(text);
  const at = Number.isNaN(seconds) ? Date.parse(text) : seconds * 1000;
  if (Number.isNaN(at)) throw new RangeError(`cannot parse "${text}" to a valid timestamp`);
  return at;
}

function textOf(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}
