import { describe, expect, test } from 'vitest';
import {
  genopsKillSwitch,
  genopsMayProgress,
  genopsRollbackStrategy,
  genopsSloViolations,
  genopsStages,
} from '../../shared/deployments/rules/genops/canary.ts';
import { genopsControlChart } from '../../shared/deployments/rules/genops/control-chart.ts';
import { genopsDecision, genopsErrorBudget } from '../../shared/deployments/rules/genops/governance.ts';
import { genopsHealthV2 } from '../../shared/deployments/rules/genops/health.ts';
import { type GenopsRecord, genopsRetrieve } from '../../shared/deployments/rules/genops/retrieval.ts';
import { genopsHealth, genopsReview, genopsScore } from '../../shared/deployments/rules/genops/score.ts';
import { mannWhitney, studyMetrics, wilson } from '../../shared/deployments/rules/genops/study.ts';
import { readGenopsCase } from '../../shared/deployments/rules/score-document.ts';
import { absent, areas, casesOf, expectAsIn, type GenopsVector } from './genops-cases.ts';
import { genopsPipeline } from './genops-pipeline.ts';

/** What each area is compared with. */
const KEPT: Readonly<Record<string, (input: GenopsVector['input']) => unknown>> = {
  risk_score: (input) => {
    const { service, context, weights } = readGenopsCase(input);
    const scored = genopsScore(service, context, ...(weights === 'default' ? [] : [weights]));
    const { score, level, factors, recommendation } = scored;
    const reviewed = (['shadow', 'assisted', 'governed', 'learning'] as const).map(
      (autonomy) => [autonomy, genopsReview(score, autonomy)] as const,
    );
    return {
      factors,
      risk_score: score,
      risk_level: level,
      requires_human_review_by_autonomy: Object.fromEntries(reviewed),
      recommendation_prefix: /^[A-Z -]+(?=:|$)/.exec(recommendation)?.[0],
      service_health_score: genopsHealth(service),
      governed_decision: genopsDecision(scored, service.error_budget_remaining, 'governed'),
    };
  },
  error_budget: (input) => genopsErrorBudget(input.error_budget_remaining),
  canary_stages: (input) => ({ stages: genopsStages(input.risk_level) }),
  slo: (input) => {
    const violations = genopsSloViolations(input.slo, input.metrics);
    return { violations, compliant: violations === 0 };
  },
  kill_switch: (input) => ({ kill_per_sample: genopsKillSwitch(input.baseline_p99_ms, input.samples) }),
  spc: (input) => genopsControlChart(input.mean, input.std, input.values),
  rollback_strategy: (input) => ({
    strategy: genopsRollbackStrategy(input.tier, input.risk_score, input.monitoring),
  }),
  stage_progress: (input) => ({ progress: genopsMayProgress(input) }),
  health: (input) => genopsHealthV2(readGenopsCase({ service: input, context: NOON }).service),
  study_metrics: (input) => studyMetrics(input as Parameters<typeof studyMetrics>[0]),
  pipeline: (input) =>
    genopsPipeline(readGenopsCase(input), {
      failAtStage: input.fail_at_stage,
      autoApprove: input.auto_approve,
    }),
};
const NOON = {
  ...{ change_size_lines: 150, files_changed: 10, has_db_migration: false, has_config_change: true },
  ...{ is_hotfix: false, time_of_day_hour: 14, day_of_week: 2 },
};

describe.skipIf(absent)('genops-v1 (skipped where the handbook is absent)', () => {
  describe.each(Object.entries(KEPT))('%s', (area, compute) => {
    test.each(casesOf(area, 'keep'))('%s is equal to the seed', (_id, { input, expected, tolerance }) => {
      expectAsIn(compute(input), expected, tolerance);
    });
  });

  test.each(casesOf('statistics', 'keep'))('%s is equal to the seed', (_id, each) => {
    const { input, expected, tolerance } = each;
    if ('successes' in input) {
      expectAsIn(wilson(input.successes, input.n, input.level), expected, tolerance);
    } else {
      const { U, p } = mannWhitney(input.g1, input.g2);
      expectAsIn({ U, p_normal_approx: p }, expected, tolerance);
    }
  });

  const unmatched = casesOf('retrieval', 'keep').filter(([, { input }]) => input.corpus?.length === 0);
  test.each(unmatched)('%s is equal to the seed', (_id, { expected, tolerance }) => {
    const { ids, confidence, successes, failures } = genopsRetrieve(QUERY, []);
    const { factors } = scoredAfter(successes, failures);
    const historical_failure_factor = factors.historical_failure;
    expectAsIn({ ids_in_order: ids, confidence, historical_failure_factor }, expected, tolerance);
  });

  test.each(casesOf('retrieval+risk', 'keep'))(
    '%s: as many failures as successes among the retrieved give the score of the seed',
    (_id, { expected, tolerance }) => {
      const corpus = [1, 2, 3, 4, 40].map(
        (age_days): GenopsRecord => ({
          ...QUERY,
          ...{ id: `h${age_days}`, age_days, succeeded: age_days % 2 === 0 },
          has_config_change: age_days !== 40,
        }),
      );
      const { ids, confidence, successes, failures } = genopsRetrieve(QUERY, corpus);
      expect(ids).toEqual(['h1', 'h2', 'h3', 'h4', 'h40']);
      expect({ successes, failures }).toEqual({ successes: 3, failures: 2 });
      const { factors, score } = scoredAfter(2, 2);
      const historical_failure = factors.historical_failure;
      expectAsIn({ historical_failure, risk_score: score, confidence }, expected, tolerance);
    },
  );

  test('every kept area of the handbook is compared here, or where its own capability is', () => {
    const elsewhere = ['policy', 'statistics', 'retrieval', 'retrieval+risk'];
    const kept = areas().flatMap((each) => (each.endsWith(' keep') ? [each.replace(/ keep$/, '')] : []));
    expect(kept.filter((area) => !(area in KEPT) && !elsewhere.includes(area))).toEqual([]);
  });
});

const QUERY = {
  ...{ service_id: 'svc-auth', change_size_lines: 150, has_db_migration: false, has_config_change: true },
} as const;

/** The service and change of the README after so many similar deployments. */
function scoredAfter(similar_past_successes: number, similar_past_failures: number) {
  const service = {
    ...{ tier: 'critical', dependencies: ['db-primary'], recent_failure_rate: 0.02 },
    ...{ error_budget_remaining: 0.8, availability_99d: 0.999 },
  };
  const read = readGenopsCase({
    service,
    context: { ...NOON, similar_past_successes, similar_past_failures },
  });
  return genopsScore(read.service, read.context);
}
