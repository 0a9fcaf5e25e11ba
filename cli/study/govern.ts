import { assessRisk } from '../../shared/deployments/rules/assess-risk.ts';
import { bandOf, type RiskBand } from '../../shared/deployments/rules/bands.ts';
import { decideDeployment } from '../../shared/deployments/rules/decide-deployment.ts';
import type { PastDeployment } from '../../shared/deployments/rules/facts.ts';
import type { AssessRiskInputs } from '../../shared/deployments/rules/risk-assessment.ts';
import { weighDeployment } from '../../shared/deployments/rules/weigh-deployment.ts';
import { isoTime } from '../../shared/kernel/index.ts';
import type { BudgetFacts } from '../../shared/policies/contract.ts';
import { type WallClock, wallClock } from '../../shared/policies/rules/wall-clock.ts';
import type { ReadSet } from '../policy-document.ts';
import type { Arrival } from './change.ts';

export type Risk = { readonly score: string; readonly band: RiskBand };
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
  readonly history: AssessRiskInputs['history'];
  /** Of this service and its neighbours; undefined: nothing is retrieved. */
  readonly past: readonly PastDeployment[] | undefined;
};

const NOTHING_SIMILAR = { similar: [], successes: 0, failures: 0, confidence: '0' } as const;

/** The risk by the rules of production: `weigh-deployment`, or `assess-risk` alone where nothing is retrieved. */
export function riskOf({ arrival, now, environment, history, past, budget }: Weighed): Risk {
  const { service, change } = arrival;
  const { name, tier, dependencies, dependents, neighbours, zone } = service;
  const at = isoTime(now);
  const remaining = 'remaining' in budget && budget.remaining !== undefined ? String(budget.remaining) : null;
  const risk = {
    ...{ service: { name, tier, dependencies, dependents }, change, history },
    ...{ budget: remaining, at, zone },
  };
  if (past === undefined) return assessRisk.decide({ ...risk, similar: NOTHING_SIMILAR });
  const query = { service: name, environment, change };
  return weighDeployment.decide({ find: { query, past, neighbours, now: at }, risk }).risk;
}

function clocksOf(calendars: ReadSet['set']['calendars'], at: string) {
  const clocks: Record<string, WallClock> = {};
  for (const { zone } of Object.values(calendars)) clocks[zone] ??= wallClock(zone, at);
  return clocks;
}

export type Decided = {
  readonly to: 'Blocked' | 'Observed' | 'AwaitingApproval' | 'Cleared';
  /** Only a freeze forbids it: it may be asked for again. */
  readonly frozen: boolean;
};

/** What policies and autonomy make of it, by the rule `decide-deployment`. `person`: who has approved it. */
export function decided(
  { arrival, now, environment, budget }: Known,
  { score }: Risk,
  { set, exceptions }: ReadSet,
  person: string | null,
): Decided {
  const { service, facts } = arrival;
  const at = isoTime(now);
  const band = bandOf(Number(score));
  const outcome = decideDeployment.decide({
    policies: {
      ...{ set, at, exceptions: exceptions.map((each) => ({ kind: 'exception' as const, ...each })) },
      facts: {
        ...{ service: service.name, environment, tier: service.tier },
        ...{ score, band, change: facts, budget },
      },
      clocks: clocksOf(set.calendars, at),
    },
    autonomy: { level: 'governed', environment, band, score },
    ...{ killSwitch: false, condemned: false, retry: false },
    approval: person === null ? null : { id: 'apr', person },
  });
  const { blockedBy, freezes } = outcome.policies;
  const frozen = freezes.length > 0 && blockedBy.length === 1 && blockedBy[0] === 'freeze-windows';
  return { to: outcome.to, frozen: outcome.to === 'Blocked' && frozen };
}
