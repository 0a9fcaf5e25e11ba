import { decimal } from '../../kernel/index.ts';
import type { BudgetFacts } from '../../policies/index.ts';
import { type OutcomeEdit, type Situation, seeing, weighing, when } from './situation.ts';

type Declared = Extract<BudgetFacts, { readonly declared: true }>;

/** What could be otherwise about an error budget: what is left of it, how fast it is spent, and that it can be read at all. */
export const BUDGET_EDITS: readonly OutcomeEdit[] = [
  budgetLeft('more'),
  budgetLeft('less'),
  when('burning', 'change', (situation) => {
    const budget = declared(situation);
    if (budget?.burning === undefined || budget.burning === 'none') return undefined;
    const text = 'with the error budget spent no faster than is allowed';
    return { text, situation: seeing(situation, { budget: { ...budget, burning: 'none' } }) };
  }),
  when('burning', 'change', (situation) => {
    const budget = declared(situation);
    if (budget?.burning === undefined || budget.burning === 'fast') return undefined;
    const text = 'with the error budget spent so fast that somebody is paged';
    return { text, situation: seeing(situation, { budget: { ...budget, burning: 'fast' } }) };
  }),
  when('budget', 'change', (situation) => {
    const { budget } = situation.decided.policies.facts;
    const known = budget?.declared === false || (budget?.remaining !== undefined && budget.burning);
    if (known) return undefined;
    const whole = { declared: true, remaining: '1', exhausted: false, burning: 'none' } as const;
    const text = 'with an error budget that can be read, and is whole';
    return { text, situation: spent(situation, whole, whole.remaining) };
  }),
];

/** In whole per cent of the error budget; one that nobody measures cannot be said to change. */
function budgetLeft(to: 'more' | 'less'): OutcomeEdit {
  return {
    fact: 'budget',
    by: 'change',
    values: (situation) => {
      const budget = declared(situation);
      if (budget?.remaining === undefined) return [];
      const left = Math.min(100, Math.max(0, Number(budget.remaining) * 100 || 0));
      const count = to === 'more' ? 100 - Math.floor(left) : Math.ceil(left);
      return Array.from({ length: count }, (_, index) => () => {
        const percent = to === 'more' ? Math.floor(left) + 1 + index : Math.ceil(left) - 1 - index;
        const remaining = decimal(percent / 100);
        return {
          text: `with ${percent} % of the error budget left`,
          situation: spent(situation, { ...budget, remaining, exhausted: percent === 0 }, remaining),
        };
      });
    },
  };
}

function spent(situation: Situation, budget: Declared, remaining: string): Situation {
  return weighing(situation, { ...situation.risk, budget: remaining }, { facts: { budget } });
}

function declared({ decided }: Situation): Declared | undefined {
  const { budget } = decided.policies.facts;
  return budget?.declared === true ? budget : undefined;
}
