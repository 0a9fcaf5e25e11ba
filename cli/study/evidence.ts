import { CHANGE_CLASSES, type ChangeClass, classesOf } from '../../shared/deployments/rules/change-class.ts';
import type { PastDeployment, Tier } from '../../shared/deployments/rules/facts.ts';
import type { CountedPast, Outcomes } from '../../shared/deployments/rules/failure-history.ts';
import { rounded } from '../../shared/kernel/index.ts';

const HALF_LIFE_MS = 30 * 86_400_000;

/** Outcomes weighted by age as of `at`: they fade together, so two numbers stand for all of them. */
type Faded = { at: number; failures: number; successes: number };
type ByClass = Record<ChangeClass | 'all', Faded>;

/** How a deployment ended, and when, in milliseconds since 1970. */
export type Ended = Pick<PastDeployment, 'service' | 'change'> & {
  readonly at: number;
  readonly failed: boolean;
};

export type EvidenceBook = {
  readonly record: (ended: Ended, tier: Tier) => void;
  readonly counted: (service: string, tier: Tier, now: number) => CountedPast;
};

/**
 * What `failureEvidence` counts anew from every record at each decision, kept up to date instead (a test holds one
 * against the other): a simulation asks it thousands of times a second. Records must come in the order of time.
 */
export function evidenceBook(): EvidenceBook {
  const services = new Map<string, ByClass>();
  const tiers = new Map<Tier, Faded>();
  return {
    record: ({ service, at, change, failed }, tier) => {
      const own = services.get(service) ?? noOutcomes(at);
      services.set(service, own);
      add(own.all, at, failed);
      for (const each of classesOf(change)) add(own[each], at, failed);
      const peers = tiers.get(tier) ?? nothing(at);
      tiers.set(tier, peers);
      add(peers, at, failed);
    },
    counted: (service, tier, now) => {
      const own = services.get(service);
      const peers = tiers.get(tier);
      const [all, others] = [faded(own?.all, now), faded(peers, now)];
      return {
        tier: recorded({
          failures: Math.max(0, others.failures - all.failures),
          successes: Math.max(0, others.successes - all.successes),
        }),
        service: recorded(all),
        ofClass: (each) => recorded(faded(own?.[each], now)),
      };
    },
  };
}

const NONE: Outcomes = { failures: 0, successes: 0 };

function faded(counted: Faded | undefined, now: number): Outcomes {
  if (counted === undefined) return NONE;
  const share = 2 ** ((counted.at - now) / HALF_LIFE_MS);
  return { failures: counted.failures * share, successes: counted.successes * share };
}

function add(counted: Faded, at: number, failed: boolean): void {
  const { failures, successes } = faded(counted, at);
  counted.at = at;
  counted.failures = failures + Number(failed);
  counted.successes = successes + Number(!failed);
}

/** As the evidence of a decision holds them. */
function recorded({ failures, successes }: Outcomes): Outcomes {
  return { failures: rounded(failures), successes: rounded(successes) };
}

const nothing = (at: number): Faded => ({ at, failures: 0, successes: 0 });

function noOutcomes(at: number): ByClass {
  return Object.fromEntries(['all', ...CHANGE_CLASSES].map((each) => [each, nothing(at)])) as ByClass;
}
