import { bandOf, type RiskBand } from '../../shared/deployments/rules/bands.ts';
import { leads } from '../../shared/deployments/rules/decide-deployment.ts';
import type { PastDeployment } from '../../shared/deployments/rules/facts.ts';
import type { CountedPast, Precedent } from '../../shared/deployments/rules/failure-history.ts';
import { similarOnes } from '../../shared/deployments/rules/find-similar.ts';
import { GENOPS_WEIGHTS } from '../../shared/deployments/rules/genops/score.ts';
import { localHour } from '../../shared/deployments/rules/local-time.ts';
import { riskScore } from '../../shared/deployments/rules/risk-score.ts';
import { isoTime } from '../../shared/kernel/index.ts';
import type { BudgetFacts } from '../../shared/policies/contract.ts';
import { allowedAction } from '../../shared/policies/rules/allowed-autonomy.ts';
import { policyVerdict, type Relief } from '../../shared/policies/rules/policy-verdict.ts';
import { type WallClock, wallClockAt } from '../../shared/policies/rules/wall-clock.ts';
import type { ReadSet } from '../policy-document.ts';
import type { Arrival } from './change.ts';

export type Risk = { readonly score: number; readonly band: RiskBand };
/** What there is to know about a change when it is decided on. */
export type Known = {
  readonly arrival: Arrival;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly environment: string;
  readonly budget: BudgetFacts;
};
/** And what of the past when it is weighed. */
export type Weighed = Known & {
  readonly history: CountedPast;
  /** Of this service and its neighbours; undefined: nothing is retrieved. */
  readonly past: readonly PastDeployment[] | undefined;
};

/** The risk by the rules of production: the score of `assess-risk`, from what `find-similar` finds where it is retrieved. */
export function riskOf({ arrival, now, environment, history, past, budget }: Weighed): Risk {
  const { service, change } = arrival;
  const { name, neighbours, zone } = service;
  const left = 'remaining' in budget && budget.remaining !== undefined ? Number(budget.remaining) : null;
  const query = { service: name, environment, change };
  const similar =
    past === undefined ? NOTHING_SIMILAR : similarOnes({ query, past, neighbours, now: isoTime(now) });
  const facts = { service, change, history, similar, budget: left, time: localHour(now, zone) };
  const { score } = riskScore(facts, GENOPS_WEIGHTS);
  return { score, band: bandOf(score) };
}

const NOTHING_SIMILAR: readonly Precedent[] = [];

function clocksOf(calendars: ReadSet['set']['calendars'], now: number) {
  const clocks: Record<string, WallClock> = {};
  for (const { zone } of Object.values(calendars)) clocks[zone] ??= wallClockAt(zone, now);
  return clocks;
}

export type Decided = {
  readonly to: 'Blocked' | 'Observed' | 'AwaitingApproval' | 'Cleared';
  /** Only a freeze forbids it: it may be asked for again. */
  readonly frozen: boolean;
};

/** What policies and autonomy make of it, by what the rule `decide-deployment` is made of. `person`: who has approved it. */
export function decided(
  { arrival, now, environment, budget }: Known,
  { score, band }: Risk,
  { set, exceptions }: ReadSet,
  person: string | null,
): Decided {
  const { service, facts: change } = arrival;
  const policies = policyVerdict(
    {
      set,
      exceptions: exceptions.length === 0 ? NO_RELIEF : exceptions.map(reliefOf),
      facts: { service: service.name, environment, tier: service.tier, score, band, change, budget },
      clocks: clocksOf(set.calendars, now),
    },
    now,
  );
  const asked = { level: 'governed', environment, band, score } as const;
  const approval = person === null ? null : { id: 'apr', person };
  const { to } = leads({ ...NOTHING_AGAINST, autonomy: asked, approval }, policies, allowedAction(asked));
  const { blockedBy, freezes = [] } = policies;
  const frozen = freezes.length > 0 && blockedBy.length === 1 && blockedBy[0] === 'freeze-windows';
  return { to, frozen: to === 'Blocked' && frozen };
}

const NO_RELIEF: readonly Relief[] = [];
const reliefOf = (each: ReadSet['exceptions'][number]): Relief => ({ kind: 'exception', ...each });
const NOTHING_AGAINST = { killSwitch: false, condemned: false, retry: false } as const;
