import { decimal, fromDecimal, millis } from '../../kernel/index.ts';
import { type ChangeClass, classesOf } from './change-class.ts';
import type { PastDeployment } from './facts.ts';
import type {
  FailureEvidence,
  FindSimilarOutcome,
  OutcomeCounts,
  SimilarDeployment,
} from './risk-assessment.ts';

const HALF_LIFE_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * Where nothing is known one change in ten fails, and that belief weighs as much as ten deployments: Beta(1, 9).
 * Ten per cent is the middle of the 5 to 15 % that surveys of delivery performance call good to fair: a published
 * order of magnitude, not a measurement of ours. Its weight is small on purpose: a month of a service that deploys
 * daily outweighs it. The peers of the tier move the mean, and however many they are it stays worth ten deployments.
 */
const PRIOR = { mean: 0.1, weight: 10 } as const;
/** What a deployment of the same service but of another class of change counts for. */
const OTHER_CLASS = 0.5;

/** What an outcome of that age still counts for: 1 now, one half after 30 days. 0 for the future and for no time at all. */
export function ageWeight(at: string, now: number): number {
  const days = (now - millis(at)) / DAY_MS;
  return days >= 0 ? 2 ** (-days / HALF_LIFE_DAYS) : 0;
}

/**
 * Counts the past for `assessRisk`, weighted by age: the service's own record, whole and by class of change, and that
 * of its peers (the other services of its tier). Records of the future are left out, and those of other environments
 * where one is named.
 */
export function failureEvidence(asked: {
  readonly past: readonly PastDeployment[];
  readonly service: string;
  readonly peers: readonly string[];
  readonly environment?: string;
  readonly now: string;
}): FailureEvidence {
  const peers = new Set(asked.peers.filter((peer) => peer !== asked.service));
  const { environment } = asked;
  const now = millis(asked.now);
  const past = asked.past.filter((record) => environment === undefined || record.environment === environment);
  const own = past.filter(({ service }) => service === asked.service).map((record) => weighed(record, now));
  const ofClass = (each: ChangeClass) => total(own.filter(({ classes }) => classes.includes(each)));
  return {
    tier: total(past.filter(({ service }) => peers.has(service)).map((record) => weighed(record, now))),
    service: total(own),
    classes: {
      small: ofClass('small'),
      large: ofClass('large'),
      migration: ofClass('migration'),
      config: ofClass('config'),
      hotfix: ofClass('hotfix'),
    },
  };
}

type Weighed = {
  readonly weight: number;
  readonly failed: boolean;
  readonly classes: readonly ChangeClass[];
};

function weighed({ at, outcome, change }: PastDeployment, now: number): Weighed {
  return { weight: ageWeight(at, now), failed: outcome !== 'succeeded', classes: classesOf(change) };
}

function total(records: readonly Weighed[]): OutcomeCounts {
  const sum = (of: boolean) =>
    records.reduce((so, { weight, failed }) => (failed === of ? so + weight : so), 0);
  return { failures: decimal(sum(true)), successes: decimal(sum(false)) };
}

export type Posterior = {
  readonly class: ChangeClass;
  readonly alpha: number;
  readonly beta: number;
  /** Weighted outcomes of this class, similar deployments of neighbours among them. */
  readonly failures: number;
  readonly outcomes: number;
};

/** Outcomes weighted by age. */
export type Outcomes = { readonly failures: number; readonly successes: number };

/** What `FailureEvidence` says, in numbers of as many digits: what the score is taken from. */
export type CountedPast = {
  readonly tier: Outcomes;
  readonly service: Outcomes;
  readonly ofClass: (each: ChangeClass) => Outcomes;
};

export function countedPast({ tier, service, classes }: FailureEvidence): CountedPast {
  return { tier: numbers(tier), service: numbers(service), ofClass: (each) => numbers(classes[each]) };
}

/** As much of a similar deployment as its weight in the posterior is taken from. */
export type Precedent = Pick<SimilarDeployment, 'relation' | 'classes' | 'outcome'> & {
  readonly weight: number;
};

export function precedentsOf(similar: FindSimilarOutcome['similar']): readonly Precedent[] {
  return similar.map(({ relation, classes, outcome, weight }) => ({
    ...{ relation, classes, outcome },
    weight: fromDecimal(weight),
  }));
}

/**
 * Beta posterior of the probability that a change of this class fails: the prior drawn towards the peers of the tier,
 * worth ten deployments; the service's other changes, each worth half of one; the class's own. No record counts twice,
 * every failure raises it and every success lowers it. Similar deployments of neighbours count in the class by their
 * weight (and a neighbour that is also a peer counts there too).
 */
export function posteriorOf(
  { tier, service: all, ofClass }: CountedPast,
  changeClass: ChangeClass,
  similar: readonly Precedent[],
): Posterior {
  const own = ofClass(changeClass);
  const others = {
    failures: Math.max(0, all.failures - own.failures),
    successes: Math.max(0, all.successes - own.successes),
  };
  const mean = (PRIOR.weight * PRIOR.mean + tier.failures) / (PRIOR.weight + tier.failures + tier.successes);
  const precedents = { failures: 0, successes: 0 };
  for (const { relation, classes, outcome, weight } of similar) {
    if (relation === 'same service' || !classes.includes(changeClass)) continue;
    precedents[outcome === 'succeeded' ? 'successes' : 'failures'] += weight;
  }
  const failures = own.failures + precedents.failures;
  const successes = own.successes + precedents.successes;
  return {
    class: changeClass,
    alpha: PRIOR.weight * mean + OTHER_CLASS * others.failures + failures,
    beta: PRIOR.weight * (1 - mean) + OTHER_CLASS * others.successes + successes,
    failures,
    outcomes: failures + successes,
  };
}

function numbers(counts: OutcomeCounts): Outcomes {
  return { failures: fromDecimal(counts.failures), successes: fromDecimal(counts.successes) };
}
