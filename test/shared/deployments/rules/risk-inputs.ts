import type { ChangeFacts } from '../../../../shared/deployments/rules/facts.ts';
import type {
  AssessRiskInputs,
  FindSimilarOutcome,
  OutcomeCounts,
} from '../../../../shared/deployments/rules/risk-assessment.ts';

export type RiskChanges = {
  readonly service?: Partial<AssessRiskInputs['service']>;
  readonly change?: Partial<ChangeFacts>;
  readonly similar?: FindSimilarOutcome;
  /** Counts of the service's small changes, and of the service as a whole; `history` instead of both. */
  readonly small?: OutcomeCounts;
  readonly history?: AssessRiskInputs['history'];
  readonly budget?: string | null;
  readonly at?: string;
};

const NONE: OutcomeCounts = { failures: '0', successes: '0' };
const NO_HISTORY: AssessRiskInputs['history'] = {
  tier: NONE,
  service: NONE,
  classes: { small: NONE, large: NONE, migration: NONE, config: NONE, hotfix: NONE },
};
export const NO_PRECEDENT: FindSimilarOutcome = { similar: [], successes: 0, failures: 0, confidence: '0' };

/** A small, tested change of a medium service on a Wednesday at noon, of which nothing is known; and what is different. */
export function riskInputs({ service, change, small, ...more }: RiskChanges = {}): AssessRiskInputs {
  const history =
    small === undefined
      ? NO_HISTORY
      : { ...NO_HISTORY, service: small, classes: { ...NO_HISTORY.classes, small } };
  return {
    service: { name: 'payments', tier: 3, dependencies: 1, dependents: 1, ...service },
    change: {
      ...{ lines: 40, files: 3, migration: false, irreversible: false, config: false },
      ...{ infrastructure: false, hotfix: false, dataClasses: [], checks: 'success', text: 'a change' },
      ...change,
    },
    similar: NO_PRECEDENT,
    history,
    budget: '1',
    at: '2026-11-18T12:00:00.000Z',
    zone: 'UTC',
    ...more,
  };
}
