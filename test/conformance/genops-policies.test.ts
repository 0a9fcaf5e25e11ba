import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { PolicyFacts } from '../../shared/policies/index.ts';
import { evaluate } from '../shared/policies/facts.ts';
import { handbookFolder } from '../support/handbook.ts';

const file = join(handbookFolder() ?? '', 'vectors/genops_cases.json');
const Case = z.looseObject({
  id: z.string(),
  area: z.string(),
  input: z.looseObject({
    service: z
      .looseObject({
        tier: z.enum(['critical', 'high', 'medium', 'low']),
        error_budget_remaining: z.number(),
      })
      .optional(),
    context: z
      .looseObject({
        ...{ change_size_lines: z.int(), has_db_migration: z.boolean() },
        ...{ time_of_day_hour: z.int(), day_of_week: z.int() },
      })
      .optional(),
    risk_score: z.number().optional(),
    involves_personal_data: z.boolean().optional(),
    involves_payment_data: z.boolean().optional(),
    pci_compliant: z.boolean().optional(),
  }),
  expected: z.looseObject({
    allowed: z.boolean().optional(),
    requires_approval: z.boolean().optional(),
    violated: z.array(z.string()).optional(),
    warnings: z.array(z.string()).optional(),
  }),
});
type Case = z.infer<typeof Case>;

const cases: readonly Case[] = existsSync(file)
  ? z
      .object({ cases: z.array(Case) })
      .parse(JSON.parse(readFileSync(file, 'utf8')))
      .cases.filter(({ area }) => area === 'policy')
  : [];

/** The seed's calendar is our general one, and what is low says so where the seed says nothing. */
const OURS: Readonly<Record<string, string>> = { no_friday_deployments: 'freeze-windows' };
const NOT_OF_THE_SEED = ['error-budget-low', 'error-budget-burning'];
const named = (ids: readonly string[] = []) => ids.map((id) => OURS[id] ?? id.replaceAll('_', '-')).sort();

/** 16 November 2026 is a Monday: their weekday and hour, by the clock of the built-in calendar. */
function timeOf({
  time_of_day_hour: hour = 14,
  day_of_week: day = 2,
}: Partial<NonNullable<Case['input']['context']>> = {}) {
  return `2026-11-${16 + day}T${String(hour).padStart(2, '0')}:00:00.000Z`;
}

function factsOf({ service, context, ...input }: Case['input']): PolicyFacts {
  const remaining = service?.error_budget_remaining ?? 1;
  const dataClasses = [
    ...(input.involves_personal_data === true ? ['personal'] : []),
    ...(input.involves_payment_data === true ? ['payment'] : []),
  ];
  return PolicyFacts.parse({
    ...{
      service: 'vector',
      environment: 'production',
      tier: service?.tier ?? 'low',
      score: input.risk_score ?? 0,
    },
    change: {
      lines: context?.change_size_lines ?? 0,
      migration: context?.has_db_migration ?? false,
      dataClasses,
    },
    budget: { declared: true, remaining, exhausted: remaining <= 0, burning: 'none' },
    compliance: { payment: input.pci_compliant ?? true },
  });
}

test.skipIf(cases.length > 0)(
  'the cases of the handbook are not here: nothing was compared',
  () => undefined,
);

test.each(cases.map((each) => [each.id, each] as const))('%s', (_id, { input, expected }) => {
  const outcome = evaluate({ facts: factsOf(input), at: timeOf(input.context) });
  const violated = outcome.results
    .filter(
      ({ id, effect, cameTo }) =>
        effect !== 'permit' && cameTo !== 'nothing' && !NOT_OF_THE_SEED.includes(id),
    )
    .map(({ id }) => id);
  expect({
    ...(expected.allowed !== undefined && { allowed: outcome.verdict !== 'block' }),
    ...(expected.requires_approval !== undefined && { requires_approval: outcome.requiresApproval }),
    ...(expected.violated !== undefined && { violated: violated.sort() }),
    ...(expected.warnings !== undefined && { warnings: outcome.warnings.map(({ id }) => id) }),
  }).toEqual({
    ...expected,
    ...(expected.violated !== undefined && { violated: named(expected.violated) }),
    ...(expected.warnings !== undefined && { warnings: named(expected.warnings) }),
  });
});
