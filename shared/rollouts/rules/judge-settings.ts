import type { JudgeSettings } from '../judge-contract.ts';

/** Settings as a caller gives them: what is missing has the value of the specification (canary.md 3.1). */
export type GivenSettings = {
  readonly [Name in Exclude<keyof JudgeSettings, 'killSwitch' | 'latency'>]?: JudgeSettings[Name];
} & {
  readonly killSwitch?: Partial<NonNullable<JudgeSettings['killSwitch']>> | null;
  readonly latency?: { readonly thresholds: number[]; readonly certify?: number[] };
};

/** Four fifths of alpha are the judge's, one fifth the kill switch's: it looks for what is plain to see. */
const JUDGE_PART = 0.8;

/**
 * Whole settings. Without a kill switch the judge has all of alpha; without `certify`, SAFE rules out harm to the
 * latency at each threshold. Nothing is checked here: `JudgeSettings` of the contract does that.
 */
export function judgeSettings(given: GivenSettings = {}): JudgeSettings {
  const { killSwitch, latency, ...rest } = given;
  const alpha = given.alpha ?? 0.01;
  const off = killSwitch === null;
  const thresholds = latency?.thresholds ?? [];
  return {
    alpha,
    judgeAlpha: off ? alpha : tidy(alpha * JUDGE_PART),
    killAlpha: off ? 0 : tidy(alpha * (1 - JUDGE_PART)),
    beta: 0.05,
    rBad: 1.5,
    r0: 1,
    largeSample: { above: 1_000_000, r0: 1.1 },
    fano: 1,
    floor: null,
    ...rest,
    killSwitch: off ? null : { errorRate: 0.05, slowerThan: null, slowShare: 0.01, ...killSwitch },
    latency: { thresholds, certify: latency?.certify ?? thresholds },
  };
}

/** 0.01 times 0.2 is 0.002, not 0.0019999999999999996. */
function tidy(share: number): number {
  return Number(share.toPrecision(12));
}
