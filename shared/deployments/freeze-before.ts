import { Fault, isoTime, type Store } from '../kernel/index.ts';
import type { Quantiles } from '../ports/metrics.ts';
import type { LambdaTarget } from '../ports/traffic.ts';
import { type JudgeSettings, judgeSettings, type PlanTraffic, type SloGuard } from '../rollouts/index.ts';
import type { ServiceDocument, Slo } from '../services/contract.ts';
import { burstNotes, orDeclared } from './burst-notes.ts';
import { type Before, LOOK_BACK, lookBack } from './look-back.ts';
import type { StartDeps } from './ports.ts';
import { measuredHour } from './quiet-hour.ts';

function latencyOf({ indicator }: Slo): readonly number[] {
  return indicator.kind === 'latency' ? [indicator.ms] : [];
}

/** What an SLO promises of all requests, asked of the canary's own: it holds and asks after three breaches in a row. */
function guardOf({ name, objective, indicator }: Slo, edges: Snapped['edges']): SloGuard {
  const share = Number((1 - objective).toPrecision(12));
  return indicator.kind === 'latency'
    ? { name, errorRate: null, slowerThan: edges.get(indicator.ms) ?? indicator.ms, slowShare: share }
    : { name, errorRate: share, slowerThan: null, slowShare: null };
}

type Deps = Pick<StartDeps, 'clock' | 'factor' | 'metrics'> & { readonly store: Pick<Store, 'heads'> };

export type Frozen = {
  readonly settings: JudgeSettings;
  readonly traffic: PlanTraffic;
  readonly before: { readonly requests: number; readonly failures: number };
  /** What the service's SLOs bound, at what the provider can count at. */
  readonly slos: readonly SloGuard[];
  readonly notes: readonly string[];
};

/**
 * Thresholds and rates of what runs now, before anything of the new version is seen. Throws Fault Unavailable without any, and where
 * it cannot be read how fast that answers: a certificate of failures alone would not be what was asked for.
 */
export async function freezeBefore(
  deps: Deps,
  target: LambdaTarget,
  { slos, rollouts }: Pick<ServiceDocument, 'slos' | 'rollouts'>,
): Promise<Frozen> {
  const slo = slos.flatMap(latencyOf);
  const { until: now, notes: ofTime, total } = await measuredHour(deps, target, deps.clock());
  const window = { from: isoTime(now - (LOOK_BACK * 1000) / deps.factor), to: isoTime(now) };
  if (total === undefined)
    throw new Fault(
      'Unavailable',
      `nothing was measured of ${target.service} in ${target.environment}: there is no baseline`,
    );
  const quantiles = await deps.metrics.thresholds(target, window);
  if (quantiles === undefined)
    throw new Fault(
      'Unavailable',
      `how fast ${target.service} in ${target.environment} answers could not be read: without a p75 there is nothing to hold its latency to`,
    );
  const crossed = QUANTILES.flatMap((name) => quantiles[name] ?? []);
  const wanted = [...slo, ...crossed];
  const slow = quantiles.p99 === undefined ? [] : [quantiles.p99 * P99_FACTOR];
  const { thresholds, edges, notes } = await snapped(deps, target, window, wanted);
  const kill = await snapped(deps, target, window, slow);
  const counted = [...new Set([...thresholds, ...kill.thresholds])];
  const before = await lookBack(deps, target, now, { judged: thresholds, counted });
  const bursts = orDeclared(before.bursts, rollouts?.burstFactor);
  const { fano, spread } = bursts;
  // an incident is neither how the service fails nor what a bake is compared with
  const { requests, failures } =
    before.bursts.left.length === 0 || before.requests === 0
      ? { requests: total.n, failures: total.errors }
      : before;
  // a bound that nobody crosses certifies nothing: SAFE is asked of what the version before does cross
  const certify = thresholds.filter((ms) => crossed.includes(ms));
  const slower = slownessOf(certify, before);
  return {
    settings: judgeSettings({
      ...(rollouts?.rBad !== undefined && { rBad: rollouts.rBad }),
      // frozen where it can be: an estimate that is made while it runs does not see the first burst
      ...{ fano, ...(spread !== undefined && { spread }) },
      killSwitch: { slowerThan: kill.thresholds[0] ?? null },
      latency: { thresholds: [...thresholds], certify, weights: weightsOf(slo, quantiles, edges) },
    }),
    traffic: {
      requestsPerMinute: before.requestsPerMinute,
      failureRate: failures / requests,
      ...(slower !== undefined && { slower }),
    },
    before: { requests, failures },
    slos: slos.map((each) => guardOf(each, edges)),
    notes: [
      ...ofTime,
      ...notes,
      ...kill.notes,
      ...QUANTILES.filter((name) => quantiles[name] === undefined).map(
        (name) => `the ${name} is not judged: the provider counts at no threshold so high`,
      ),
      ...(slower === undefined ? [NOT_COUNTED] : []),
      ...burstNotes(bursts),
    ],
  };
}

/** p75 and p90 look for the same harm, a body that became slower, and share what each other bound has: ADR 0045. */
function weightsOf(
  slo: readonly number[],
  { p75, p90, p99 }: Quantiles,
  edges: Snapped['edges'],
): Readonly<Record<string, number>> {
  const at = (wanted: readonly (number | undefined)[]) =>
    wanted.flatMap((ms) => (ms === undefined ? [] : (edges.get(ms) ?? [])));
  const body = at([p75, p90]);
  const bounds = at([...slo, p99]);
  const share = new Set(body).size === 1 ? WEIGHT : WEIGHT / 2;
  return Object.fromEntries([
    ...body.map((ms) => [ms, share] as const),
    ...bounds.map((ms) => [ms, WEIGHT] as const),
  ]);
}

/** The share beyond each certified threshold; undefined where one was not counted: half of them would foretell too early an end. */
function slownessOf(certify: readonly number[], { slower }: Before): PlanTraffic['slower'] {
  const counted = certify.flatMap((ms) => {
    const share = slower[ms];
    return share === undefined ? [] : [[ms, share] as const];
  });
  return counted.length < certify.length ? undefined : Object.fromEntries(counted);
}

/** Of a bound that nothing shares. */
const WEIGHT = 2;
/** The kill switch's p99 is so many times the baseline's. */
const P99_FACTOR = 5;
const QUANTILES = ['p75', 'p90', 'p99'] as const;
const NOT_COUNTED =
  'how many requests are slower than what is certified was not counted: the forecast is of failures alone';

type Snapped = {
  /** Each once, as it is counted at. */
  readonly thresholds: readonly number[];
  /** From what was asked for to what is counted at. */
  readonly edges: ReadonlyMap<number, number>;
  /** One for each that is counted at another, and for each that is not. */
  readonly notes: readonly string[];
};

/**
 * These thresholds, each moved up to the next that the provider can count at: nothing is interpolated, and what is slower
 * than the next edge is slower than the bound as well.
 */
async function snapped(
  deps: Deps,
  target: LambdaTarget,
  window: { readonly from: string; readonly to: string },
  wanted: readonly number[],
): Promise<Snapped> {
  const tried = await Promise.all(
    [...new Set(wanted)].map(async (ms) => ({ ms, edge: await deps.metrics.edge(target, window, ms) })),
  );
  const found = tried.flatMap(({ ms, edge }) => (edge === undefined ? [] : [{ ms, edge }]));
  return {
    thresholds: [...new Set(found.map(({ edge }) => edge))],
    edges: new Map(found.map(({ ms, edge }) => [ms, edge])),
    notes: tried.filter(({ ms, edge }) => ms !== edge).map(({ ms, edge }) => noteOf(ms, edge)),
  };
}

function noteOf(ms: number, edge: number | undefined): string {
  return edge === undefined
    ? `slower than ${ms} ms is not judged: the provider counts at no threshold so high`
    : `slower than ${ms} ms is judged as slower than ${edge} ms, the next threshold that the provider counts at`;
}
