import { CHANGE_CLASSES, type ChangeClass, classesOf } from '../../shared/deployments/rules/change-class.ts';
import type { PastDeployment, Tier } from '../../shared/deployments/rules/facts.ts';
import type { FailureEvidence, OutcomeCounts } from '../../shared/deployments/rules/risk-assessment.ts';
import { decimal, millis } from '../../shared/kernel/index.ts';

const HALF_LIFE_MS = 30 * 86_400_000;

/** Outcomes weighted by age as of `at`: they fade together, so two numbers stand for all of them. */
type Faded = { at: number; failures: number; successes: number };
type ByClass = Record<ChangeClass | 'all', Faded>;

export type EvidenceBook = {
  readonly record: (past: PastDeployment, tier: Tier) => void;
  readonly evidence: (service: string, tier: Tier, now: number) => FailureEvidence;
};

/**
 * What `failureEvidence` counts anew from every record at each decision, kept up to date instead (a test holds one
 * against the other): a simulation asks it thousands of times a second. Records must come in the order of time.
 */
export function evidenceBook(): EvidenceBook {
  const services = new Map<string, ByClass>();
  const tiers = new Map<Tier, Faded>();
  return {
    record: (past, tier) => {
      const at = millis(past.at);
      const failed = past.outcome !== 'succeeded';
      const own = services.get(past.service) ?? noOutcomes(at);
      services.set(past.service, own);
      for (const each of ['all', ...classesOf(past.change)] as const) add(own[each], at, failed);
      const peers = tiers.get(tier) ?? nothing(at);
      tiers.set(tier, peers);
      add(peers, at, failed);
    },
    evidence: (service, tier, now) => {
      const own = services.get(service) ?? noOutcomes(now);
      const [all, peers] = [faded(own.all, now), faded(tiers.get(tier) ?? nothing(now), now)];
      return {
        tier: counts({
          failures: Math.max(0, peers.failures - all.failures),
          successes: Math.max(0, peers.successes - all.successes),
        }),
        service: counts(all),
        classes: classCounts(own, now),
      };
    },
  };
}

function classCounts(own: ByClass, now: number): FailureEvidence['classes'] {
  const of = (each: ChangeClass) => counts(faded(own[each], now));
  return {
    ...{ small: of('small'), large: of('large'), migration: of('migration') },
    ...{ config: of('config'), hotfix: of('hotfix') },
  };
}

type Sums = { readonly failures: number; readonly successes: number };

function faded({ at, failures, successes }: Faded, now: number): Sums {
  const share = 2 ** ((at - now) / HALF_LIFE_MS);
  return { failures: failures * share, successes: successes * share };
}

function add(counted: Faded, at: number, failed: boolean): void {
  const { failures, successes } = faded(counted, at);
  counted.at = at;
  counted.failures = failures + Number(failed);
  counted.successes = successes + Number(!failed);
}

function counts({ failures, successes }: Sums): OutcomeCounts {
  return { failures: decimal(failures), successes: decimal(successes) };
}

const nothing = (at: number): Faded => ({ at, failures: 0, successes: 0 });

function noOutcomes(at: number): ByClass {
  return Object.fromEntries(['all', ...CHANGE_CLASSES].map((each) => [each, nothing(at)])) as ByClass;
}
