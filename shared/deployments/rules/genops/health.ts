import type { GenopsService } from './case.ts';

const CRITICALITY = { critical: 1, high: 0.7, medium: 0.4, low: 0.1 } as const;

type Health = {
  readonly health_score: number;
  readonly deployment_risk_factor: number;
  readonly risk_profile: Readonly<Record<string, number>>;
};

/** Health and risk profile of a service as v2 computes them; the days since an incident default to 30. */
export function genopsHealthV2(service: GenopsService): Health {
  const { error_budget_remaining: budget, recent_failure_rate: failure, availability_99d } = service;
  const health = Math.min(1, Math.max(0, 0.4 * budget + 0.3 * (1 - failure) + 0.3 * availability_99d));
  const recency = 0.4 / (1 + (service.last_incident_days_ago ?? 30) / 30);
  const criticality_risk = CRITICALITY[service.tier];
  const dependency_risk = Math.min(1, service.dependencies.length / 10);
  return {
    health_score: health,
    deployment_risk_factor: recency + 0.3 * failure + 0.3 * (1 - health),
    risk_profile: {
      criticality_risk,
      health_risk: 1 - health,
      failure_risk: failure,
      dependency_risk,
      composite_risk: 0.3 * criticality_risk + 0.3 * (1 - health) + 0.2 * failure + 0.2 * dependency_risk,
    },
  };
}
