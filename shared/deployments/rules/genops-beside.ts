import { decimal, fromDecimal } from '../../kernel/index.ts';
import { levelOf } from './bands.ts';
import type { GenopsContext, GenopsService } from './genops/case.ts';
import { genopsNumber, genopsReview } from './genops/score.ts';
import type { LocalTime } from './local-time.ts';
import type { AssessRiskInputs, AssessRiskOutcome } from './risk-assessment.ts';

const TIER_NAMES = { 1: 'critical', 2: 'high', 3: 'medium', 4: 'low' } as const;

/** v1 counts names, and we have a number of them; above ten all are alike to it. */
const NAMES = Array.from({ length: 100 }, (_, number) => String(number));

/**
 * The score of genops-v1 for the same deployment. What v1 is told by its caller and we do not measure keeps v1's own
 * default: an availability of .999, and a full error budget where none is measured.
 */
export function genopsBeside(
  inputs: AssessRiskInputs,
  { hour, day }: LocalTime,
): AssessRiskOutcome['genops'] {
  const { service, change, similar, history } = inputs;
  const failures = fromDecimal(history.service.failures);
  const outcomes = failures + fromDecimal(history.service.successes);
  const asService: GenopsService = {
    tier: TIER_NAMES[service.tier],
    dependencies: NAMES.slice(0, service.dependencies),
    error_budget_remaining: Math.min(1, Math.max(0, fromDecimal(inputs.budget ?? '1') || 0)),
    recent_failure_rate: outcomes > 0 ? failures / outcomes : 0,
    availability_99d: 0.999,
  };
  const context: GenopsContext = {
    change_size_lines: change.lines,
    files_changed: change.files,
    has_db_migration: change.migration,
    has_config_change: change.config,
    is_hotfix: change.hotfix,
    time_of_day_hour: hour,
    day_of_week: day,
    similar_past_failures: similar.failures,
    similar_past_successes: similar.successes,
    rag_confidence: fromDecimal(similar.confidence),
  };
  const score = genopsNumber(asService, context);
  return {
    score: decimal(score),
    level: levelOf(score),
    requiresHumanReview: genopsReview(score, inputs.genopsAutonomy ?? 'governed'),
  };
}
