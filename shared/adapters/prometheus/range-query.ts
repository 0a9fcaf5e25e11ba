import * as z from 'zod';
import { Fault } from '../../kernel/fault.ts';
import { type JsonEndpoint, readJson } from '../read-json.ts';

/** Milliseconds. */
export type Steps = { readonly start: number; readonly end: number; readonly step: number };
export type Line = {
  readonly labels: Readonly<Record<string, string>>;
  /** By time in milliseconds. */
  readonly values: ReadonlyMap<number, number>;
};

const Labels = z.record(z.string(), z.string());
const Answer = z.looseObject({
  status: z.literal('success'),
  data: z.looseObject({
    resultType: z.literal('matrix'),
    result: z.array(z.looseObject({ metric: Labels, values: z.array(z.tuple([z.number(), z.string()])) })),
  }),
});

/** Evaluates a query at each step. Throws Fault as `readJson` does; Malformed for an answer of another form. */
export async function queryRange(
  endpoint: JsonEndpoint,
  query: string,
  { start, end, step }: Steps,
): Promise<readonly Line[]> {
  const seconds = (ms: number) => (ms / 1000).toFixed(3);
  const parameters = new URLSearchParams({
    ...{ query, start: seconds(start), end: seconds(end), step: String(step / 1000) },
  });
  const parsed = Answer.safeParse(await readJson(endpoint, '/api/v1/query_range', parameters));
  if (!parsed.success) {
    throw new Fault('Malformed', "Prometheus' answer is not what its API describes", { cause: parsed.error });
  }
  return parsed.data.data.result.map(({ metric, values }) => ({
    labels: metric,
    values: new Map(values.map(([at, value]) => [Math.round(at * 1000), Number(value)])),
  }));
}

/** A PromQL string literal: Go's escapes, so that a label value cannot end the matcher it stands in. */
export function quoted(value: string): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `"${escaped}"`;
}

/** Of an alternative in a regular expression of a matcher. */
export function literally(value: string): string {
  return value.replaceAll(/[.+*?()|[\]{}^$\\]/g, '\\$&');
}

/** A PromQL duration has no fractions. */
export function durationOf(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
