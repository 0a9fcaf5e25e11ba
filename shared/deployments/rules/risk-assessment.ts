import type { RiskBand, RiskLevel } from './bands.ts';
import type { CalibrationMap } from './calibration-map.ts';
import type { ChangeClass } from './change-class.ts';
import type { ChangeFacts, Neighbour, PastDeployment, PastOutcome, Tier } from './facts.ts';

export type FindSimilarInputs = {
  readonly query: {
    readonly service: string;
    /** Only records of this environment count; absent = of any. */
    readonly environment?: string;
    readonly change: Pick<ChangeFacts, 'lines' | 'files' | 'migration' | 'config' | 'hotfix' | 'text'>;
  };
  /** Of this tenant. Give `nearEnough(inputs)` instead of all: the outcome is the same, and the record stays small. */
  readonly past: readonly PastDeployment[];
  readonly neighbours: readonly Neighbour[];
  readonly now: string;
};

export type SimilarDeployment = {
  readonly id: string;
  readonly service: string;
  readonly relation: 'same service' | 'dependency' | 'dependent';
  /** [0.75, 1] as a decimal string. */
  readonly similarity: string;
  /** What its outcome still counts for: similarity times 2^(-age / 30 days). */
  readonly weight: string;
  readonly outcome: PastOutcome;
  readonly classes: readonly ChangeClass[];
  readonly why: readonly string[];
};

export type FindSimilarOutcome = {
  /** At most ten, nearest first. */
  readonly similar: readonly SimilarDeployment[];
  readonly successes: number;
  readonly failures: number;
  /** [0, 1): 0 without a precedent, rising with the weight of what was found. */
  readonly confidence: string;
};

/** Outcomes weighted by age, as decimal strings. */
export type OutcomeCounts = { readonly failures: string; readonly successes: string };

/** What the past says, from all services of the tier down to one class of change; made by `failureEvidence`. */
export type FailureEvidence = {
  readonly tier: OutcomeCounts;
  readonly service: OutcomeCounts;
  readonly classes: Readonly<Record<ChangeClass, OutcomeCounts>>;
};

/** The autonomy levels of genops-v1: they set the ceiling above which its score asks for a human. */
export type GenopsAutonomy = 'shadow' | 'assisted' | 'governed' | 'learning';

export type AssessRiskInputs = {
  readonly service: {
    readonly name: string;
    readonly tier: Tier;
    /** How many services it calls, and how many call it. */
    readonly dependencies: number;
    readonly dependents: number;
  };
  readonly change: ChangeFacts;
  readonly similar: FindSimilarOutcome;
  readonly history: FailureEvidence;
  /** What is left of the error budget, 1 = all of it, as a decimal string; null = nobody measures it. */
  readonly budget: string | null;
  readonly at: string;
  /** IANA name of the zone in which the service's people live. */
  readonly zone: string;
  /** Fitted from outcomes; turns the score into a probability of failure. */
  readonly calibration?: CalibrationMap;
  /** Other weights than those of genops-v1, as decimal strings; they sum to 1. */
  readonly weights?: Readonly<Record<RiskFactorName, string>>;
  /** For the genops-v1 score beside ours; `governed` where nothing is said. */
  readonly genopsAutonomy?: GenopsAutonomy;
};

export const RISK_FACTORS = [
  'service_tier',
  'service_health',
  'historical_failure',
  'blast_radius',
  'change_complexity',
  'timing',
] as const;
export type RiskFactorName = (typeof RISK_FACTORS)[number];

export type RiskFactor = {
  readonly name: RiskFactorName;
  /** [0, 1], like weight and contribution as decimal strings; the contributions sum to the score. */
  readonly value: string;
  readonly weight: string;
  readonly contribution: string;
};

export type RiskReason = { readonly code: string; readonly text: string };

export type AssessRiskOutcome = {
  /** [0, 1]. */
  readonly score: string;
  readonly band: RiskBand;
  /** In the four words of genops-v1. */
  readonly level: RiskLevel;
  readonly factors: readonly RiskFactor[];
  /** Beta posterior of failure of the class of change that governs; low and high hold 90 %, or 98 % without a precedent. */
  readonly probability: {
    readonly class: ChangeClass;
    readonly alpha: string;
    readonly beta: string;
    readonly mean: string;
    readonly low: string;
    readonly high: string;
  };
  /** Where the score lies between the ends of what is uncertain. */
  readonly interval: { readonly low: string; readonly high: string };
  /** Width of the interval. */
  readonly uncertainty: string;
  /** The probability of failure that outcomes have shown for such a score; with a calibration map only. */
  readonly calibrated?: string;
  readonly genops: {
    readonly score: string;
    readonly level: RiskLevel;
    readonly requiresHumanReview: boolean;
  };
  readonly reasons: readonly RiskReason[];
};
