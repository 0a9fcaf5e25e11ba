import { cpus } from 'node:os';
import * as z from 'zod';
import type { World } from '../local/world.ts';
import { inChild } from './child.ts';
import { inFreshWorld, tableNamed } from './fresh-world.ts';
import { accountProcessor } from './processor-time.ts';
import { type Bench, held, type Measured, type Say } from './result.ts';
import { percentile, rounded } from './statistics.ts';

const SEED = 20_261_121;
const FRESH_A_SECOND = 310;
const REPEATED = 0.1;
const SECONDS = 30;
const WARM_SECONDS = 8;
const ROUTED_WITHIN_MS = 60_000;

const Report = z.object({
  sent: z.int(),
  fresh: z.int(),
  repeated: z.int(),
  seconds: z.number(),
  statuses: z.record(z.string(), z.int()),
  latestSendMs: z.number(),
  processorSeconds: z.number(),
  accepted: z.int(),
  duplicates: z.int(),
  latencies: z.array(z.number()),
});
type Report = z.infer<typeof Report>;

export const intakeBench: Bench = {
  name: 'intake',
  summary:
    'Alertmanager webhooks, one alert each, 10 % of them repeated: HTTP API, function, DynamoDB, 202. Routing runs beside it.',
  run: (say) => inFreshWorld(1, say, (world) => measure(world, say)),
};

async function measure(world: World, say: Say): Promise<Measured> {
  const load = async (seconds: number, seed: number): Promise<Report> => {
    const { fresh: _, ...plan } = {
      fresh: FRESH_A_SECOND,
      url: `${world.cloud.api}/v1/webhooks/alertmanager`,
      token: world.secrets.alertmanagerWebhook,
      rate: FRESH_A_SECOND / (1 - REPEATED),
      ...{ seconds, repeated: REPEATED, seed },
    };
    return Report.parse(await inChild(new URL('./intake-load.ts', import.meta.url), plan));
  };
  // Cold starts of the functions are over after it; its signals are counted like all others.
  const warm = await load(WARM_SECONDS, SEED);
  say(`  warm-up: p99 ${percentile(warm.latencies, 0.99)} ms`);
  await settled(world, warm.fresh);
  const account = accountProcessor();
  const report = await load(SECONDS, SEED + 1);
  const processor = account(report.processorSeconds);
  const said = `Processor time in the ${rounded(report.seconds)} s until the last answer, on ${cpus().length} cores: the cloud, its functions and the engine ${rounded(processor.cloud + processor.engine)} s, the load generator ${rounded(report.processorSeconds)} s, everybody else on the machine ${rounded(processor.others)} s.`;
  say(`  ${said}`);
  const sentAt = performance.now();
  const stored = await settled(world, warm.fresh + report.fresh);
  const routedAfter = rounded((performance.now() - sentAt) / 1000);
  const expected = warm.fresh + report.fresh;
  const refused = report.sent - (report.statuses['202'] ?? 0);
  return {
    rows: [
      held(
        {
          measure: 'new signals accepted',
          value: rounded(report.accepted / report.seconds),
          unit: 'signals/s',
        },
        { atLeast: 300 },
      ),
      {
        measure: 'deliveries answered, repeats included',
        value: rounded(report.sent / report.seconds),
        unit: '/s',
      },
      { measure: 'latency from the moment due, p50', value: percentile(report.latencies, 0.5), unit: 'ms' },
      held(
        {
          measure: 'latency from the moment due, p99',
          value: percentile(report.latencies, 0.99),
          unit: 'ms',
        },
        { below: 250 },
      ),
      { measure: 'latency, longest', value: Math.max(...report.latencies), unit: 'ms' },
      held(
        { measure: 'lost or refused', value: expected - stored.total + refused, unit: 'signals' },
        { below: 1 },
      ),
      held(
        { measure: 'stored twice', value: Math.max(0, stored.total - expected), unit: 'signals' },
        { below: 1 },
      ),
      { measure: 'repeats collapsed', value: `${report.duplicates} of ${report.repeated}`, unit: '' },
      { measure: 'all of them routed after the last delivery', value: routedAfter, unit: 's' },
    ],
    samples: { latency: report.latencies, warmUpLatency: warm.latencies },
    details: { warm: { ...warm, latencies: undefined }, report: { ...report, latencies: undefined }, stored },
    seed: SEED,
    notes: [
      said,
      `Open loop: ${SECONDS} s at a fixed rate from a process of its own, after ${WARM_SECONDS} s of warm-up (p99 then, with cold starts: ${percentile(warm.latencies, 0.99)} ms).`,
      'The alerts name no registered service: each is recorded, routed and listed as unroutable with the selector that would route it.',
    ],
  };
}

type Stored = { readonly total: number; readonly unrouted: number };

/** What the table holds once every signal has been routed, or after a minute. */
async function settled(world: World, expected: number): Promise<Stored> {
  const until = Date.now() + ROUTED_WITHIN_MS;
  for (;;) {
    const unrouted = await countOf(world, {
      IndexName: 'byRouting',
      FilterExpression: 'routing = :new',
      ExpressionAttributeValues: { ':new': { S: 'new' } },
    });
    const total = await countOf(world, {});
    if ((unrouted === 0 && total >= expected) || Date.now() > until) return { total, unrouted };
    await new Promise((next) => setTimeout(next, 500));
  }
}

async function countOf(world: World, filter: Readonly<Record<string, unknown>>): Promise<number> {
  const TableName = tableNamed(world.cloud.resources, 'Signals');
  let count = 0;
  let from: unknown;
  do {
    const page = (await world.cloud.call('dynamodb', 'Scan', {
      ...{ TableName, Select: 'COUNT', ...filter },
      ...(from !== undefined && { ExclusiveStartKey: from }),
    })) as { readonly Count: number; readonly LastEvaluatedKey?: unknown };
    count += page.Count;
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return count;
}
