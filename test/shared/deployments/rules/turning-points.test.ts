import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assessRisk } from '../../../../shared/deployments/rules/assess-risk.ts';
import { type Editable, RISKIER, SAFER } from '../../../../shared/deployments/rules/fact-edits.ts';
import { turningPoints } from '../../../../shared/deployments/rules/turning-points.ts';
import { BUILT_IN_SET, policyInputs } from '../../../../shared/policies/index.ts';
import { evaluatePolicies } from '../../../../shared/policies/rules/evaluate-policies.ts';
import { riskInputs } from './risk-inputs.ts';

const OPS = ['lt', 'le', 'gt', 'ge', 'eq', 'ne'] as const;
const compared = fc
  .record({
    fact: fc.constantFrom('change.lines', 'change.files', 'score'),
    op: fc.constantFrom(...OPS),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ fact, op, part }) => {
    // of each fact a number that it takes on the way, or nearly
    const [least, most] = { 'change.lines': [0, 900], 'change.files': [0, 60], score: [1500, 4500] }[fact];
    const value = Math.round((least ?? 0) + part * ((most ?? 0) - (least ?? 0)));
    return { op, left: { op: 'fact' as const, path: fact }, right: { op: 'value' as const, value } };
  });
const conditions = fc.array(fc.tuple(compared, compared), { minLength: 1, maxLength: 3 });

function sizeEdit(edits: readonly Editable[]): Editable {
  const found = edits.find(({ fact }) => fact === 'lines');
  if (found === undefined) throw new Error('no edit of lines');
  return found;
}

test.each([
  ['fewer', sizeEdit(SAFER), 900],
  ['more', sizeEdit(RISKIER), 4200],
] as const)(
  'the first of %s lines that policies judge otherwise is among the turning points',
  (_to, edit, lines) => {
    const inputs = riskInputs({ service: { tier: 2 }, change: { lines, files: 60 }, budget: '0.6' });
    const count = edit.count(inputs);
    const facts = Array.from({ length: count }, (_, index) => {
      const then = edit.at(inputs, index).inputs;
      const { author: _author, text: _text, ...change } = then.change;
      return { service: 'payments', change, score: assessRisk.decide(then).score };
    });
    fc.assert(
      fc.property(conditions, (pairs) => {
        const policies = pairs.map(([left, right], index) => ({
          ...{ id: `own-${index}`, title: 'own', severity: 'low' as const, effect: 'block' as const },
          condition: { op: 'and' as const, left, right },
        }));
        const set = { ...BUILT_IN_SET, policies: [...BUILT_IN_SET.policies.slice(0, 1), ...policies] };
        const blocked = (index: number) => {
          const asked = { set, facts: facts[index] ?? { change: {} }, exceptions: [], at: inputs.at };
          return evaluatePolicies.decide(policyInputs(asked)).blockedBy.join();
        };
        const points = turningPoints(edit, inputs, set);
        expect(points.length).toBeLessThan(count);
        const turns = (index: number) => blocked(index) !== blocked(0);
        const first = facts.findIndex((_, index) => turns(index));
        expect(points.find(turns) ?? -1).toBe(first);
      }),
      { numRuns: 25 },
    );
  },
);
