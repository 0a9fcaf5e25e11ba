import { canonicalJson, decimal, rule, sha256Hex } from '../../kernel/index.ts';
import { MAX_INTERVALS } from '../contract.ts';
import type { JudgeSettings } from '../judge-contract.ts';
import type { Plan, Stage } from '../plan-contract.ts';
import { type Certified, certifiedOf, type PlanTraffic, playCertification } from './certification.ts';
import { fanoAt } from './dispersion.ts';
import { labelsUntilSafe } from './needed-exposure.ts';
import { checkStages, type LadderPreset, ladderOf, presetOf } from './stages.ts';

export type PlanChoice = {
  /** Band or level of the risk score: high and above climb the long ladder. */
  readonly risk: string;
  /** Null: by the risk. */
  readonly preset: LadderPreset | null;
  /** Stages of the service's own; they go before a preset. */
  readonly stages: readonly Stage[] | null;
  readonly bakeSeconds: number;
};
export type PlanInputs = PlanChoice & {
  /** As it is now, before the release; null when nobody knows. */
  readonly traffic: PlanTraffic | null;
  readonly settings: JudgeSettings;
};

/** What SAFE takes for a healthy canary. Minutes from the start, decimal strings; null where it is never reached. */
export type CertificationForecast = {
  readonly rBad: string;
  /** What of all that is certified takes longest: `errors`, or `slower than 300 ms`. Absent where only failures are known. */
  readonly slowest?: string;
  /** Expected at the last shared stage: failures of both arms (or the slow requests of `slowest`), and the requests they take. */
  readonly failures: string | null;
  readonly requests: string | null;
  /** Within which half, and nine tenths, of the healthy canaries are certified; played, not reckoned. */
  readonly medianMinutes: string | null;
  readonly ninetiethMinutes: string | null;
  /** Share of the healthy canaries certified by the earliest and the latest end of the shared stages. */
  readonly certifiedEarliest: string;
  readonly certifiedLatest: string;
  readonly runs: string;
};
export type PlanOutcome = {
  readonly plan: Plan;
  readonly certification: CertificationForecast;
  /** The same for milder promises. */
  readonly alternatives: readonly CertificationForecast[];
  readonly reasons: readonly string[];
};

/** Milder ratios to offer. */
const MILDER = [2, 3] as const;

/** The plan of a rollout, pinned by the digest of all its other fields. Throws Fault('InvalidInput') naming the wrong field of a stage. */
export function makePlan({ risk, preset, stages, bakeSeconds }: PlanChoice): Plan {
  const chosen = preset ?? presetOf(risk);
  const ladder = checkStages(stages ?? ladderOf(chosen));
  const seconds = ladder.reduce((sum, { maxSeconds }) => sum + maxSeconds, 0);
  const pinned = {
    preset: stages === null ? chosen : ('custom' as const),
    stages: [...ladder],
    // a long plan is judged over longer intervals, so that a decision still holds them all
    intervalSeconds: 60 * Math.max(1, Math.ceil(seconds / 60 / MAX_INTERVALS)),
    bakeSeconds,
  };
  return { ...pinned, digest: digestOf(pinned) };
}

function digestOf(pinned: Omit<Plan, 'digest'>): string {
  return sha256Hex(canonicalJson(pinned));
}

/** The digest of a plan as it reads now, where it is not the one that it is pinned by; nothing where it is. */
export function otherPlanOf({ digest, ...pinned }: Plan): { readonly otherPlan?: string } {
  const now = digestOf(pinned);
  return now === digest ? {} : { otherPlan: now };
}

/**
 * The plan, and before the start how long or how many failures a certificate of safety needs at the present traffic. The
 * expectation is that of the growth of ln E'; the quantiles are played with a fixed seed (certification.ts). SAFE asks for
 * failures and for each certified threshold; where no share of slow requests is known, the forecast is of failures alone.
 */
export const planRollout = rule('plan-rollout', 1, (inputs: PlanInputs): PlanOutcome => {
  const plan = makePlan(inputs);
  const certification = forecast(plan, inputs.traffic, inputs.settings);
  const alternatives = MILDER.filter((rBad) => rBad > inputs.settings.rBad).map((rBad) =>
    forecast(plan, inputs.traffic, { ...inputs.settings, rBad }),
  );
  return {
    plan,
    certification,
    alternatives,
    reasons: planReasons(plan, inputs, certification, alternatives),
  };
});

function forecast(plan: Plan, traffic: PlanTraffic | null, settings: JudgeSettings): CertificationForecast {
  const share = lastShare(plan);
  const labels = share === undefined ? null : labelsUntilSafe([0, 0, 0, 0], settings, share);
  const found = traffic === null ? undefined : slowestOf(certifiedOf(traffic, settings));
  const phi = found?.phi ?? (settings.fano === 'estimate' ? 1 : fanoAt(settings.fano, undefined));
  const failures = labels === null ? null : Math.ceil(labels * phi);
  const base = {
    rBad: decimal(settings.rBad),
    ...(traffic?.slower !== undefined && found !== undefined && { slowest: found.of }),
    failures: failures === null ? null : decimal(failures),
  };
  if (
    failures === null ||
    traffic === null ||
    found === undefined ||
    found.share * traffic.requestsPerMinute === 0
  )
    return {
      ...base,
      ...{ requests: null, medianMinutes: null, ninetiethMinutes: null },
      ...{ certifiedEarliest: '0', certifiedLatest: '0', runs: '0' },
    };
  const requests = failures / found.share;
  const played = playCertification(plan.stages, traffic, settings, requests / traffic.requestsPerMinute);
  return {
    ...base,
    requests: decimal(Math.ceil(requests)),
    medianMinutes: played.median === null ? null : decimal(played.median),
    ninetiethMinutes: played.ninetieth === null ? null : decimal(played.ninetieth),
    certifiedEarliest: decimal(played.byEarliest),
    certifiedLatest: decimal(played.byLatest),
    runs: decimal(played.runs),
  };
}

/** The one that takes the most requests; one that never happens is never certified. */
function slowestOf(certified: readonly Certified[]): Certified | undefined {
  return certified.toSorted((a, b) => b.phi / b.share - a.phi / a.share)[0];
}

function lastShare({ stages }: Plan): number | undefined {
  return stages.findLast(({ weight }) => weight < 1)?.weight;
}

function planReasons(
  plan: Plan,
  { risk, traffic, settings }: PlanInputs,
  certification: CertificationForecast,
  alternatives: readonly CertificationForecast[],
): readonly string[] {
  const ladder = plan.stages.map(({ weight }) => `${Number((weight * 100).toPrecision(6))} %`).join(', ');
  const why = plan.preset === 'custom' ? 'stages as given' : `risk ${risk}: the ${plan.preset} ladder`;
  const start = `${why}, ${ladder}`;
  if (lastShare(plan) === undefined)
    return [start, 'no stage shares the traffic, so nothing can be compared or certified: a person decides'];
  if (traffic === null)
    return [
      start,
      'the present traffic is not known, so nothing can be said of how long a certificate takes',
    ];
  const slow = certification.slowest === 'errors' ? undefined : certification.slowest;
  if (certification.requests === null)
    return [
      start,
      `at present nothing ${slow === undefined ? 'fails' : `is ${slow}`}, and what never ${slow === undefined ? 'fails' : 'is'} cannot be compared: a person decides at the deadline`,
    ];
  return [
    start,
    forecastText(certification, settings.beta),
    ...alternatives.map((each) => `or accept that: ${forecastText(each, settings.beta)}`),
  ];
}

function forecastText(forecast: CertificationForecast, beta: number): string {
  const { rBad, slowest, failures, requests, medianMinutes, ninetiethMinutes, certifiedLatest } = forecast;
  const minutes = (text: string | null) => (text === null ? 'more than four weeks' : `${text} minutes`);
  const part = `${Number((Number(certifiedLatest) * 100).toPrecision(3))} %`;
  const isSlow = slowest !== undefined && slowest !== 'errors';
  const what = slowest === undefined ? 'failures' : 'failures, and as many slow requests at each threshold';
  const bad = isSlow ? `requests ${slowest}` : 'failures';
  const longest = slowest === undefined ? '' : `, ${isSlow ? 'these' : 'failures'} being the slowest to tell`;
  return `to rule out ${rBad} times as many ${what} (wrong in ${beta} of such cases) takes about ${failures} ${bad} (${requests} requests${longest}): half of the healthy canaries within ${minutes(medianMinutes)}, nine tenths within ${minutes(ninetiethMinutes)}, ${part} before the last shared stage must end`;
}
