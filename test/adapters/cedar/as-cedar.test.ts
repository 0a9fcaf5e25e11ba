import { isAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPolicies } from '../../../shared/adapters/cedar/cedar-policies.ts';
import { BUILT_IN_POLICIES } from '../../../shared/policies/built-in.ts';
import type { PolicyText } from '../../../shared/policies/contract.ts';
import { type Context, conditionValue } from '../../../shared/policies/rules/condition-value.ts';

const BOOLEANS = [
  'context.change.migration',
  'context.change.hotfix',
  'context.budget.declared',
  'context.budget.exhausted',
  'context.compliance.payment',
];
const LONGS = ['context.tier', 'context.change.lines', '3', '1000'];
const DECIMALS = ['context.score', 'context.budget.remaining', 'decimal("0.5")', 'decimal("-0.1234")'];
const SETS = ['context.change.dataClasses', 'context.freezes', '["personal","payment"]'];
const TEXTS = ['context.service', 'context.budget.burning', '"payment"', '"checkout"'];

const pick = (of: readonly string[]) => fc.constantFrom(...of);
const leaf = fc.oneof(
  pick(BOOLEANS),
  fc
    .tuple(pick(LONGS), pick(['<', '<=', '>', '>=', '==', '!=']), pick(LONGS))
    .map((parts) => parts.join(' ')),
  fc
    .tuple(
      pick(DECIMALS),
      pick(['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual']),
      pick(DECIMALS),
    )
    .map(([left, method, right]) => `${left}.${method}(${right})`),
  fc.tuple(pick(SETS), pick(TEXTS)).map(([set, text]) => `${set}.contains(${text})`),
  fc
    .tuple(pick(SETS), pick(['containsAll', 'containsAny']), pick(SETS))
    .map(([left, method, right]) => `${left}.${method}(${right})`),
  fc.tuple(pick(SETS), pick(['==', '!=']), pick(SETS)).map((parts) => parts.join(' ')),
  fc.tuple(pick(TEXTS), pick(['==', '!=']), pick(TEXTS)).map((parts) => parts.join(' ')),
  pick(SETS).map((set) => `${set}.isEmpty()`),
);
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.tuple(tie('condition'), pick(['&&', '||']), tie('condition')).map((parts) => `(${parts.join(' ')})`),
    tie('condition').map((inner) => `!(${inner})`),
    fc
      .tuple(tie('condition'), tie('condition'), tie('condition'))
      .map(([when, yes, no]) => `(if ${when} then ${yes} else ${no})`),
  ),
}));
const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined, freq: 6 });
const fraction = fc.integer({ min: -2000, max: 10_000 });
const classes = fc.subarray(['personal', 'payment', 'health']);
const facts = fc.record({
  service: maybe(fc.constantFrom('checkout', 'shop')),
  tier: maybe(fc.integer({ min: 1, max: 4 })),
  score: maybe(fraction),
  'change.lines': maybe(fc.constantFrom(0, 3, 999, 1000, 1001)),
  'change.migration': maybe(fc.boolean()),
  'change.hotfix': maybe(fc.boolean()),
  'change.dataClasses': maybe(classes),
  'budget.declared': maybe(fc.boolean()),
  'budget.exhausted': maybe(fc.boolean()),
  'budget.remaining': maybe(fraction),
  'budget.burning': maybe(fc.constantFrom('fast', 'slow', 'none')),
  'compliance.payment': maybe(fc.boolean()),
  freezes: maybe(fc.subarray(['personal', 'payment'])),
});
type Facts = Readonly<Record<string, boolean | number | string | readonly string[] | undefined>>;

const FRACTIONS = ['score', 'budget.remaining'];

/** The facts as Cedar takes them: nested, and fractions as its decimals. */
function cedarContext(found: Facts) {
  const root: Record<string, Record<string, unknown>> = { change: {}, budget: {}, compliance: {} };
  for (const [path, value] of Object.entries(found)) {
    if (value === undefined) continue;
    const shown = FRACTIONS.includes(path)
      ? { __extn: { fn: 'decimal', arg: (Number(value) / 10_000).toFixed(4) } }
      : value;
    const [outer = '', inner] = path.split('.');
    Object.assign(inner === undefined ? root : (root[outer] ?? {}), { [inner ?? outer]: shown });
  }
  return root;
}

function ask(policies: Readonly<Record<string, string>>, action: string, found: Facts) {
  const answer = isAuthorized({
    principal: { type: 'Holdfast', id: 'holdfast' },
    action: { type: 'Action', id: action },
    resource: { type: 'Environment', id: 'here' },
    context: JSON.parse(JSON.stringify(cedarContext(found))),
    policies: { staticPolicies: { ...policies } },
    entities: [],
  });
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
  return answer.response.diagnostics;
}

function context(found: Facts): Context {
  const present: Record<string, boolean | number | string | readonly string[]> = {};
  for (const [path, value] of Object.entries(found)) if (value !== undefined) present[path] = value;
  return present;
}

/** What Cedar says of one policy: it holds, it does not, or a fact is missing. */
function cedarSays(text: PolicyText, action: string, found: Facts) {
  const { reason, errors } = ask({ [text.id]: text.cedar }, action, found);
  if (errors.length > 0) return 'missing';
  return reason.includes(text.id);
}

function weSay(text: PolicyText, found: Facts) {
  const [policy] = readPolicies([text]);
  if (policy === undefined) throw new Error('nothing was read');
  const { value, missing } = conditionValue(policy.condition, context(found));
  return missing.length > 0 ? 'missing' : value === true;
}

const policyOf = (cedar: string): PolicyText => ({ id: 'p', title: 't', severity: 'low', cedar });

test('a condition says what Cedar says of it, whatever is known and whatever is missing', () => {
  const seen = new Set<unknown>();
  fc.assert(
    fc.property(condition, fc.constantFrom('when', 'unless'), facts, (text, word, found) => {
      const policy = policyOf(`forbid(principal, action == Action::"deploy", resource) ${word} { ${text} };`);
      const refused = refusalOf(policy);
      // what Cedar calls impossible says nothing about facts
      fc.pre(!refused.includes('impossible'));
      expect(refused).toBe('');
      const expected = cedarSays(policy, 'deploy', found);
      seen.add(expected);
      expect(weSay(policy, found)).toBe(expected);
    }),
    { numRuns: 150, seed: 20_261_121 },
  );
  expect(seen).toEqual(new Set([true, false, 'missing']));
});

function refusalOf(policy: PolicyText): string {
  try {
    readPolicies([policy]);
    return '';
  } catch (thrown) {
    return String(thrown);
  }
}

test('each policy that Holdfast comes with says what Cedar says of it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...BUILT_IN_POLICIES.policies), facts, (policy, found) => {
      const action = /Action::"([a-z-]+)"/.exec(policy.cedar)?.[1] ?? 'deploy';
      expect(weSay(policy, found)).toBe(cedarSays(policy, action, found));
    }),
    { numRuns: 100, seed: 4 },
  );
});

test.each([
  ['an unknown attribute, by its name', 'context.change.linez > 3', 'linez'],
  ['a comparison of unlike things', 'context.tier > "a"', 'Long'],
  ['whether a fact is there', 'context has score', 'has is not offered'],
  ['who asks', 'principal == Holdfast::"x"', 'only context is offered'],
  ['a pattern', 'context.service like "check*"', 'like is not offered'],
])('%s is refused', (_what, text, message) => {
  const refused = refusalOf(
    policyOf(`forbid(principal, action == Action::"deploy", resource) when { ${text} };`),
  );
  expect(refused).toContain('InvalidInput');
  expect(refused).toContain(message);
});

test.each([
  ['an action that is none', 'forbid(principal, action == Action::"dploy", resource);', 'dploy'],
  ['a policy without an action of its own', 'forbid(principal, action, resource);', 'must read'],
  [
    'a place in the head of a policy',
    'forbid(principal, action == Action::"deploy", resource == Environment::"x");',
    'must read',
  ],
  ['a permit for one action alone', 'permit(principal, action == Action::"deploy", resource);', 'must read'],
  [
    'two policies in one',
    'permit(principal, action, resource); permit(principal, action, resource);',
    'unexpected token',
  ],
  ['a template', 'permit(principal == ?principal, action, resource);', 'template'],
])('%s is refused', (_what, cedar, message) => {
  expect(refusalOf(policyOf(cedar))).toContain(message);
});
