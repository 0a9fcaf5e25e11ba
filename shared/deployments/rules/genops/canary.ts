import type { RiskLevel } from '../bands.ts';

type Stage = {
  readonly name: string;
  readonly traffic: number;
  readonly min_s: number;
  readonly max_s: number;
  readonly required_samples: number;
  readonly slo_relaxation: number;
};

const stage = (
  percent: number,
  seconds: readonly [number, number],
  required_samples: number,
  slo_relaxation: number,
): Stage => ({
  name: `${percent}%`,
  traffic: percent / 100,
  min_s: seconds[0],
  max_s: seconds[1],
  required_samples,
  slo_relaxation,
});

const STAGES: readonly Stage[] = [
  stage(1, [300, 600], 50, 1),
  stage(5, [300, 600], 100, 1),
  stage(25, [300, 900], 500, 1.1),
  stage(50, [300, 900], 1000, 1.2),
  stage(100, [0, 0], 0, 1),
];
const CAREFUL_STAGES: readonly Stage[] = [
  stage(1, [600, 900], 100, 1),
  stage(2, [300, 600], 100, 1),
  stage(5, [300, 600], 200, 1),
  stage(10, [300, 600], 500, 1.1),
  stage(25, [300, 900], 1000, 1.2),
  stage(50, [300, 900], 2000, 1.3),
  stage(100, [0, 0], 0, 1),
];

/** The stages of the seed's canary engine: the careful list for high and critical. */
export function genopsStages(level: RiskLevel): readonly Stage[] {
  return level === 'high' || level === 'critical' ? CAREFUL_STAGES : STAGES;
}

type Readings = {
  readonly error_rate: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly success_rate: number;
};

/** Strict breaches of v1's SLO: above a limit, or below the success rate. Any one rolls back. */
export function genopsSloViolations(slo: Readings, metrics: Readings): number {
  const breaches = [
    metrics.error_rate > slo.error_rate,
    metrics.p50_ms > slo.p50_ms,
    metrics.p99_ms > slo.p99_ms,
    metrics.success_rate < slo.success_rate,
  ];
  return breaches.filter((breached) => breached).length;
}

type KillSample = { readonly error_rate: number; readonly p99_ms: number; readonly slo_violations: number };

/** The seed's kill switch after each sample: 5 % errors, five times the p99, or three violating samples in a row. */
export function genopsKillSwitch(baselineP99: number, samples: readonly KillSample[]): readonly boolean[] {
  let run = 0;
  return samples.map((sample) => {
    run = sample.slo_violations >= 1 ? run + 1 : 0;
    return sample.error_rate >= 0.05 || sample.p99_ms >= 5 * baselineP99 || run >= 3;
  });
}

type Monitoring = {
  readonly statistical_control_violation?: boolean;
  readonly anomaly_rate?: number;
  readonly overall_confidence?: number;
  readonly slo_compliant?: boolean;
  readonly progressive_degradation?: boolean;
};

/** Whether v2's stage gate lets a rollout go on. */
export function genopsMayProgress(monitoring: Monitoring): boolean {
  const { anomaly_rate = 0, overall_confidence = 1 } = monitoring;
  return (
    monitoring.statistical_control_violation !== true &&
    anomaly_rate <= 0.7 &&
    overall_confidence >= 0.85 &&
    monitoring.slo_compliant !== false
  );
}

/** v2's way of rolling back, the first that matches. */
export function genopsRollbackStrategy(
  tier: 'critical' | 'high' | 'medium' | 'low',
  risk: number,
  monitoring: Monitoring,
): string {
  const { anomaly_rate = 0 } = monitoring;
  if (monitoring.slo_compliant === false) return 'immediate_full';
  if (tier === 'critical') {
    if (risk > 0.7) return 'immediate_full';
    return anomaly_rate > 0.3 ? 'progressive_reduction' : 'graceful_degradation';
  }
  if (tier === 'low') return anomaly_rate > 0.5 ? 'progressive_reduction' : 'graceful_degradation';
  if (risk > 0.8) return 'immediate_full';
  return monitoring.progressive_degradation === true ? 'progressive_reduction' : 'conditional_rollback';
}
