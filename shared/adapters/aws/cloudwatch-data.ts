import {
  type CloudWatchClient,
  type Dimension,
  GetMetricDataCommand,
  type GetMetricDataCommandOutput,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import * as z from 'zod';
import { type Clock, Fault } from '../../kernel/index.ts';
import { checkClock, clockWithin } from '../provider-clock.ts';
import { asFault, errorName } from './failures.ts';

/** One statistic of one metric of AWS/Lambda. `key` is ours, any text. */
export type Wanted = {
  readonly key: string;
  readonly metric: 'Invocations' | 'Errors' | 'Duration' | 'Throttles';
  readonly stat: string;
  readonly dimensions: readonly (readonly [name: string, value: string])[];
};

/** What is asked, and the clock that its answers are compared with. */
type Source = { readonly client: CloudWatchClient; readonly now: Clock; readonly lagSeconds: number };

const Dated = z.looseObject({ headers: z.looseObject({ date: z.string() }) });

/** Milliseconds; `start` and `end` are multiples of the period. */
export type Span = { readonly start: number; readonly end: number; readonly period: number };

/** Values by the start of their period in milliseconds; a period without any has none. */
export type Series = ReadonlyMap<number, number>;

// Of CloudWatch's 500, so that an answer stays far below its 100,800 points.
const MOST_PER_CALL = 100;
const MOST_PAGES = 100;

/**
 * Reads statistics, at most 100 a call, all pages of each. Throws Fault: Unavailable when CloudWatch says that an answer
 * is not whole (InternalError, PartialData at the last page, a message), PermissionDenied, Malformed (also when its clock and
 * ours are too far apart).
 */
export async function readSeries(
  from: Source,
  wanted: readonly Wanted[],
  span: Span,
): Promise<ReadonlyMap<string, Series>> {
  const found = new Map<string, Map<number, number>>();
  for (let first = 0; first < wanted.length; first += MOST_PER_CALL) {
    await readSome(from, wanted.slice(first, first + MOST_PER_CALL), span, found);
  }
  return found;
}

async function readSome(
  from: Source,
  wanted: readonly Wanted[],
  span: Span,
  found: Map<string, Map<number, number>>,
): Promise<void> {
  const statusOf = new Map<string, string>();
  let NextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await send(from, wanted, span, NextToken);
    collect(answer, wanted, statusOf, found);
    NextToken = answer.NextToken;
    if (NextToken === undefined || NextToken === '') {
      const partial = [...statusOf.values()].find((status) => status !== 'Complete');
      if (partial === undefined) return;
      throw new Fault('Unavailable', `CloudWatch's answer is not whole: ${partial}`);
    }
  }
  throw new Fault('Malformed', `CloudWatch's answer has more than ${MOST_PAGES} pages`);
}

async function send(
  { client, now, lagSeconds }: Source,
  wanted: readonly Wanted[],
  { start, end, period }: Span,
  NextToken: string | undefined,
): Promise<GetMetricDataCommandOutput> {
  const command = new GetMetricDataCommand({
    StartTime: new Date(start),
    EndTime: new Date(end),
    ScanBy: 'TimestampAscending',
    MetricDataQueries: wanted.map((one, index) => queryOf(one, index, period)),
    ...(NextToken !== undefined && { NextToken }),
  });
  const began = now();
  let date: string | undefined;
  command.middlewareStack.add(
    (next) => async (given) => {
      const result = await next(given);
      date = Dated.safeParse(result.response).data?.headers.date;
      return result;
    },
    { step: 'deserialize', name: 'readDate' },
  );
  try {
    const answer = await client.send(command);
    checkClock(clockWithin(now, lagSeconds), { date, began, of: 'CloudWatch' });
    return answer;
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    if (/^InternalService/.test(errorName(cause)))
      throw new Fault('Unavailable', 'CloudWatch did not answer', { cause });
    throw asFault(cause, 'GetMetricData');
  }
}

function queryOf({ metric, stat, dimensions }: Wanted, index: number, period: number): MetricDataQuery {
  const Dimensions: Dimension[] = dimensions.map(([Name, Value]) => ({ Name, Value }));
  return {
    Id: `q${index}`,
    MetricStat: {
      Metric: { Namespace: 'AWS/Lambda', MetricName: metric, Dimensions },
      Period: period / 1000,
      Stat: stat,
    },
    ReturnData: true,
  };
}

function collect(
  answer: GetMetricDataCommandOutput,
  wanted: readonly Wanted[],
  statusOf: Map<string, string>,
  found: Map<string, Map<number, number>>,
): void {
  const said = answer.Messages?.[0];
  if (said !== undefined) {
    throw new Fault(
      'Unavailable',
      `CloudWatch's answer is not whole: ${said.Code ?? ''} ${said.Value ?? ''}`,
    );
  }
  for (const { Id, StatusCode = '', Timestamps = [], Values = [] } of answer.MetricDataResults ?? []) {
    const key = wanted[Number(Id?.slice(1))]?.key;
    if (StatusCode === 'Forbidden')
      throw new Fault('PermissionDenied', 'GetMetricData was refused a metric by AWS');
    if (key === undefined || Timestamps.length !== Values.length)
      throw new Fault('Malformed', "CloudWatch's answer is not what its API describes");
    statusOf.set(key, StatusCode);
    const series = found.get(key) ?? new Map<number, number>();
    found.set(key, series);
    Timestamps.forEach((at, index) => void series.set(at.getTime(), Values[index] ?? Number.NaN));
  }
}
