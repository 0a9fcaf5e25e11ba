import type { GivenSettings, JudgeSettings } from '../judge-contract.ts';

export type { GivenSettings } from '../judge-contract.ts';

/** Four fifths of alpha are the judge's, one fifth the kill switch's: it looks for what is plain to see. */
const JUDGE_PART = 0.8;

/**
 * Intervals of the baseline: with bursts of 5 nine in ten wrong rollbacks came in the first four, when there is nothing to
 * read the factor from; from the 15th on they keep to alpha (docs/benchmarks.md).
 */
const ESTIMATE_AFTER = 15;

/**
 * Whole settings (canary.md 3.1). Without a kill switch the judge has all of alpha; without `certify`, SAFE rules out
 * harm to the latency at each threshold. Nothing is checked here: `JudgeSettings` of the contract does that.
 */
export function judgeSettings(given: GivenSettings = {}): JudgeSettings {
  const { thresholds, certify = thresholds, weights } = given.latency ?? { thresholds: [] };
  return {
    ...alphasOf(given),
    beta: given.beta ?? 0.05,
    rBad: given.rBad ?? 1.5,
    r0: given.r0 ?? 1,
    largeSample: given.largeSample === undefined ? { above: 1_000_000, r0: 1.1 } : given.largeSample,
    fano: given.fano ?? 1,
    ...(given.fano === 'estimate' && { estimateAfter: given.estimateAfter ?? ESTIMATE_AFTER }),
    ...(given.spread !== undefined && { spread: given.spread }),
    floor: given.floor ?? null,
    killSwitch: killSwitchOf(given.killSwitch),
    latency: { thresholds, certify, ...(weights !== undefined && { weights }) },
  };
}

function alphasOf(given: GivenSettings): Pick<JudgeSettings, 'alpha' | 'judgeAlpha' | 'killAlpha'> {
  const { alpha = 0.01 } = given;
  const judgePart = given.killSwitch === null ? 1 : JUDGE_PART;
  const judgeAlpha = given.judgeAlpha ?? tidy(alpha * judgePart);
  return { alpha, judgeAlpha, killAlpha: given.killAlpha ?? tidy(alpha * (1 - judgePart)) };
}

function killSwitchOf(given: GivenSettings['killSwitch']): JudgeSettings['killSwitch'] {
  if (given === null) return null;
  const { errorRate = 0.05, slowerThan = null, slowShare = 0.01, besideBaseline = true } = given ?? {};
  return { errorRate, slowerThan, slowShare, besideBaseline };
}

/** What ln E is compared with: of the judge, of SAFE, of the kill switch. */
export type Limits = { readonly harm: number; readonly safe: number; readonly kill: number | undefined };

/** A factor read from the same data can add 1 to an e-value (dispersion.ts): the limits take that into account. */
export function limitsOf({ judgeAlpha, killAlpha, killSwitch, beta, fano }: JudgeSettings): Limits {
  const spared = fano === 'estimate' ? 1 : 0;
  return {
    harm: Math.log(1 / judgeAlpha + spared),
    safe: Math.log(1 / beta + spared),
    kill: killSwitch === null ? undefined : Math.log(1 / killAlpha + spared),
  };
}

/** 0.01 times 0.2 is 0.002, not 0.0019999999999999996. */
function tidy(share: number): number {
  return Number(share.toPrecision(12));
}
