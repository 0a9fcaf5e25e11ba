import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { assessRisk } from '../../shared/deployments/rules/assess-risk.ts';
import { bandOf, levelOf } from '../../shared/deployments/rules/bands.ts';
import { betaQuantile, betaShare } from '../../shared/deployments/rules/beta.ts';
import { ageWeight } from '../../shared/deployments/rules/failure-history.ts';
import { genopsSloViolations } from '../../shared/deployments/rules/genops/canary.ts';
import { genopsScore } from '../../shared/deployments/rules/genops/score.ts';
import { compareShares } from '../../shared/deployments/rules/genops/study.ts';
import { readGenopsCase } from '../../shared/deployments/rules/score-document.ts';
import { canonicalJson, commitmentOf } from '../../shared/kernel/index.ts';
import { append, emptyHead, verifyLedger } from '../../shared/ledger/index.ts';
import { type RiskChanges, riskInputs } from '../shared/deployments/rules/risk-inputs.ts';
import { absent, areas, casesOf, expectAsIn, type GenopsVector } from './genops-cases.ts';
import { genopsPipeline } from './genops-pipeline.ts';

type Input = GenopsVector['input'];

/** Our own assessment of the deployment of a case; 16 November 2026 is a Monday. */
function ours(context: Input, more: RiskChanges = {}) {
  const at = `2026-11-${16 + context.day_of_week}T${String(context.time_of_day_hour).padStart(2, '0')}:00:00.000Z`;
  const change = {
    lines: context.change_size_lines,
    files: context.files_changed,
    migration: context.has_db_migration,
    config: context.has_config_change,
    hotfix: context.is_hotfix,
  };
  return assessRisk.decide(riskInputs({ ...more, change, at }));
}

const factor = (outcome: ReturnType<typeof ours>, name: string) =>
  Number(outcome.factors.find((each) => each.name === name)?.value);

describe.skipIf(absent)('defects of the seed (skipped where the handbook is absent)', () => {
  test.each(casesOf('risk_score_v2', 'defect'))(
    '%s: the score is the weighted sum itself, not a Monte Carlo mean drawn towards one half',
    (_id, { input, expected, tolerance }) => {
      const { service, context } = readGenopsCase(input);
      const { score, factors } = genopsScore(service, context);
      expect(Math.abs(score - expected.mc_mean_score)).toBeGreaterThan(tolerance);
      expect(Math.abs(factors.service_tier - expected.factors.service_tier)).toBeGreaterThan(tolerance);
    },
  );

  test('the scores of the v2 cases are not all of one level', () => {
    const scored = casesOf('risk_score_v2').map(([, { input, expected }]) => {
      const { service, context } = readGenopsCase(input);
      return { theirs: expected.risk_level, ours: bandOf(genopsScore(service, context).score) };
    });
    expect(new Set(scored.map(({ theirs }) => theirs))).toEqual(new Set(['medium']));
    expect(new Set(scored.map(({ ours: band }) => band)).size).toBeGreaterThan(2);
  });

  test.each(casesOf('pipeline', 'defect'))(
    '%s: shadow only observes, and a review that is asked for is waited for',
    (_id, { input, expected }) => {
      const run = { failAtStage: input.fail_at_stage, autoApprove: input.auto_approve };
      const { status, stages_run, risk_score } = genopsPipeline(readGenopsCase(input), run);
      expect(risk_score).toBe(expected.risk_score);
      expect(expected.status).toBe('completed');
      expect({ status, stages_run }).toEqual({
        status: input.autonomy === 'shadow' ? 'observed' : 'pending',
        stages_run: 0,
      });
    },
  );
});

describe.skipIf(absent)('limits and counts of the seed made better', () => {
  test.each(casesOf('slo_adjusted', 'improve'))(
    '%s: limits do not loosen as traffic grows: what v2 lets pass is a violation here',
    (_id, { input, expected }) => {
      const relaxed = expected as typeof input.base;
      expect(genopsSloViolations(relaxed, relaxed)).toBe(0);
      expect(genopsSloViolations(input.base, relaxed)).toBe(4);
    },
  );

  test.each(casesOf('beta_posterior', 'improve'))(
    '%s: the interval is of exact quantiles, and failures raise the risk',
    (_id, { input, expected, tolerance }) => {
      const [a, b] = [input.prior[0] + input.successes, input.prior[1] + input.failures];
      expectAsIn(a / (a + b), expected.mean, tolerance);
      const exact = [0.025, 0.975].map((share) => betaQuantile(share, a, b));
      expect(betaShare(exact[0] ?? 0, a, b)).toBeCloseTo(0.025, 10);
      expect(Math.abs((exact[0] ?? 0) - expected.ci95_normal[0])).toBeGreaterThan(0.005);
      const counts = { failures: String(input.failures), successes: String(input.successes) };
      const probability = (classes: RiskChanges) =>
        Number(assessRisk.decide(riskInputs(classes)).probability.mean);
      const failed = probability({ small: counts });
      const turned = probability({ small: { failures: counts.successes, successes: counts.failures } });
      expect(Math.sign(failed - turned)).toBe(Math.sign(input.failures - input.successes));
    },
  );

  test.each(casesOf('temporal_decay', 'improve'))(
    '%s: the ages weigh as in v2, without its jump at one half and its division by zero',
    (_id, { input }) => {
      const now = '2026-11-20T00:00:00.000Z';
      const counts = { failures: 0, successes: 0 };
      for (const [days, succeeded] of input.outcomes_days_ago) {
        const at = new Date(Date.parse(now) - days * 86_400_000).toISOString();
        const weight = ageWeight(at, Date.parse(now));
        expect(weight).toBeCloseTo(Math.exp((-Math.LN2 * days) / input.half_life_days), 12);
        counts[succeeded ? 'successes' : 'failures'] += weight;
      }
      const mean = (extra: number) =>
        Number(
          assessRisk.decide(
            riskInputs({
              small: { failures: String(counts.failures + extra), successes: String(counts.successes) },
            }),
          ).probability.mean,
        );
      expect(mean(0)).toBeCloseTo((1 + counts.failures) / (10 + counts.failures + counts.successes), 9);
      // One step of a thousandth moves it by no more than that: there is no jump.
      expect(mean(0.001) - mean(0)).toBeGreaterThan(0);
      expect(mean(0.001) - mean(0)).toBeLessThan(0.001);
    },
  );
});

describe.skipIf(absent)('the rest of the seed', () => {
  test.each(casesOf('context_features', 'improve'))(
    '%s: size and timing feed the score, and an empty change is not half complex',
    (_id, { input, expected }) => {
      const assessed = ours(input);
      const empty = ours({ ...input, change_size_lines: 0, files_changed: 0, is_hotfix: false });
      expect(factor(empty, 'change_complexity')).toBe(0);
      expect(factor(assessed, 'change_complexity')).toBeLessThan(expected.complexity_score);
      expect(Number(assessed.score)).toBeGreaterThan(Number(empty.score));
    },
  );

  test.each(casesOf('assessment', 'improve'))(
    '%s: one set of bands from .3, .5, .7 and .9 instead of levels that contradict the scorer',
    (_id, { input, expected }) => {
      const bands = { 0.25: 'low', 0.3: 'medium', 0.31: 'medium', 0.61: 'high', 0.95: 'critical' };
      expect(bandOf(input.risk_score)).toBe(Reflect.get(bands, input.risk_score));
      if (input.risk_score === 0.95) {
        expect(expected.risk_level).toBe('high');
        expect(levelOf(input.risk_score)).toBe('critical');
      }
    },
  );

  test.each(casesOf('statistics', 'improve'))('%s: the p is the exact one', (_id, each) => {
    const { input, expected, tolerance } = each;
    const { chi2, cohensH, p } = compareShares([input.s1, input.n1], [input.s2, input.n2]);
    expectAsIn(
      { chi2, cohensH, p },
      { chi2: expected.chi2, cohensH: expected.cohens_h, p: expected.p_exact },
      tolerance,
    );
    expect(Math.abs(p - expected.p_upstream_WRONG)).toBeGreaterThan(0.05);
  });

  test.each(casesOf('audit_tamper', 'intended'))('%s is detected', (_id, { input, expected }) => {
    expect(detected(input.entries, input.tamper, input.index)).toBe(expected.detected);
    expect(detected(input.entries, 'nothing', input.index)).toBe(false);
  });

  test('every improved, intended and defective area of the handbook is looked at', () => {
    const looked = [
      'assessment improve',
      'audit_tamper intended',
      'beta_posterior improve',
      'context_features improve',
      'pipeline defect',
      'policy intended',
      'risk_score_v2 defect',
      'slo_adjusted improve',
      'statistics improve',
      'temporal_decay improve',
    ];
    const others = areas().filter((each) => !each.endsWith(' keep') && !looked.includes(each));
    expect(others).toEqual([]);
  });
});

type Stored = { readonly decision: string; readonly commitment: string };
const SALT = Buffer.alloc(32, 7);
const EDITS: Readonly<Record<string, object>> = {
  edit_details: { details: 'another' },
  edit_risk_score: { risk_score: 0.1 },
  edit_actor: { actor: 'somebody else' },
  edit_policies_violated: { policies_violated: [] },
  edit_and_rehash: { risk_score: 0.1 },
};

/** Seals so many decisions, does to the store what a tamperer would, and checks it against the head that was published. */
function detected(entries: number, tamper: string, index: number): boolean {
  const decisions = Array.from({ length: entries }, (_, rev): Stored => {
    const fields = { details: 'one', risk_score: 0.4, actor: 'ai_agent', policies_violated: ['a'], rev };
    const decision = canonicalJson(fields);
    return { decision, commitment: commitmentOf(SALT, decision) };
  });
  const published = sealed(decisions);
  const kept = [...decisions];
  const [edited, rehashed] = editOf(decisions[index], tamper);
  if (edited !== undefined) kept[index] = edited;
  const bytes = rehashed ? [...sealed(kept).bytes] : [...published.bytes];
  if (tamper === 'delete_middle') bytes.splice(index, 1);
  if (tamper === 'truncate_tail') bytes.splice(index);
  if (tamper === 'reorder') bytes.splice(index, 2, bytes[index + 1] ?? '', bytes[index] ?? '');
  const intact = kept.every((each) => commitmentOf(SALT, each.decision) === each.commitment);
  return !intact || verifyLedger(bytes, published.head).kind === 'bad';
}

function editOf(stored: Stored | undefined, tamper: string): readonly [Stored | undefined, boolean] {
  const edit = EDITS[tamper];
  if (stored === undefined || edit === undefined) return [undefined, false];
  const decision = canonicalJson({ ...JSON.parse(stored.decision), ...edit });
  const rehashed = tamper === 'edit_and_rehash';
  return [{ decision, commitment: rehashed ? commitmentOf(SALT, decision) : stored.commitment }, rehashed];
}

function sealed(decisions: readonly Stored[]) {
  const occurredAt = '2026-11-20T10:00:00.000Z';
  const records = decisions.map(({ commitment }, index) => ({
    ...{ kind: 'deployment', id: 'dep_1', rev: index + 1, occurredAt, via: 'stream' as const, commitment },
  }));
  const { entries, head } = append(emptyHead('vectors'), records, Date.parse(occurredAt));
  return { bytes: entries.map(({ bytes }) => bytes), head };
}
