import { Fault, isFault, isoTime } from '../kernel/index.ts';
import type { LambdaTarget } from '../ports/traffic.ts';
import { type JudgeSettings, judgeSettings, type PlanTraffic, type SloGuard } from '../rollouts/index.ts';
import type { ServiceDocument, Slo } from '../services/contract.ts';
import { LOOK_BACK, lookBack } from './look-back.ts';
import type { StartDeps } from './ports.ts';

function latencyOf({ indicator }: Slo): readonly number[] {
  return indicator.kind === 'latency' ? [indicator.ms] : [];
}

/** What an SLO promises of all requests, asked of the canary's own: it holds and asks after three breaches in a row. */
export function guardOf({ name, objective, indicator }: Slo): SloGuard {
  const share = Number((1 - objective).toPrecision(12));
  return indicator.kind === 'latency'
    ? { name, errorRate: null, slowerThan: indicator.ms, slowShare: share }
    : { name, errorRate: share, slowerThan: null, slowShare: null };
}

export type Frozen = {
  readonly settings: JudgeSettings;
  readonly traffic: PlanTraffic;
  readonly before: { readonly requests: number; readonly failures: number };
  readonly notes: readonly string[];
};

/** Thresholds and rates of what runs now, before anything of the new version is seen. Throws Fault Unavailable without any. */
export async function freezeBefore(
  deps: StartDeps,
  target: LambdaTarget,
  { slos, rollouts }: Pick<ServiceDocument, 'slos' | 'rollouts'>,
): Promise<Frozen> {
  const slo = slos.flatMap(latencyOf);
  const now = deps.clock();
  const window = { from: isoTime(now - (LOOK_BACK * 1000) / deps.factor), to: isoTime(now) };
  const total = await deps.metrics.total(target, { ...window, thresholds: [] });
  if (total === undefined || total.n === 0)
    throw new Fault(
      'Unavailable',
      `nothing was measured of ${target.service} in ${target.environment}: there is no baseline`,
    );
  const quantiles = await deps.metrics.thresholds(target, window);
  const before = await lookBack(deps, target, now);
  const crossed = quantiles === undefined ? [] : [quantiles.p90, quantiles.p99];
  const wanted = quantiles === undefined ? slo : [...slo, quantiles.p90, quantiles.p99];
  const slow = quantiles === undefined ? null : quantiles.p99 * P99_FACTOR;
  const { thresholds, notes } = await countable(deps, target, window, [...new Set(wanted)]);
  const kill =
    slow === null ? { thresholds: [], notes: [NO_QUANTILES] } : await countable(deps, target, window, [slow]);
  return {
    settings: judgeSettings({
      ...(rollouts?.rBad !== undefined && { rBad: rollouts.rBad }),
      // frozen: an estimate that is made while it runs does not see the first burst
      fano: before.fano,
      killSwitch: { slowerThan: kill.thresholds[0] ?? null },
      // a bound that nobody crosses certifies nothing: SAFE is asked of what the version before does cross
      latency: { thresholds: [...thresholds], certify: thresholds.filter((ms) => crossed.includes(ms)) },
    }),
    traffic: { requestsPerMinute: before.requestsPerMinute, failureRate: total.errors / total.n },
    before: { requests: total.n, failures: total.errors },
    notes: [...notes, ...kill.notes],
  };
}

/** The kill switch's p99 is so many times the baseline's. */
const P99_FACTOR = 5;
const NO_QUANTILES =
  'how fast the present version answers could not be read: latency is not judged beyond the SLO';

/** Which of these thresholds the provider can count at; a note for each that it cannot. */
async function countable(
  deps: StartDeps,
  target: LambdaTarget,
  window: { readonly from: string; readonly to: string },
  thresholds: readonly number[],
): Promise<{ readonly thresholds: readonly number[]; readonly notes: readonly string[] }> {
  const tried = await Promise.all(
    thresholds.map(async (ms) => {
      try {
        await deps.metrics.total(target, { ...window, thresholds: [ms] });
        return { ms, note: undefined };
      } catch (thrown) {
        if (!isFault(thrown, 'InvalidInput')) throw thrown;
        return { ms, note: `slower than ${ms} ms is not judged: ${thrown.message}` };
      }
    }),
  );
  return {
    thresholds: tried.filter(({ note }) => note === undefined).map(({ ms }) => ms),
    notes: tried.flatMap(({ note }) => (note === undefined ? [] : [note])),
  };
}
