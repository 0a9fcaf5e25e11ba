import type { Condition } from '../condition.ts';

/** What policies see: facts by their paths. Fractions are whole numbers of ten-thousandths. */
export type Context = Readonly<Record<string, boolean | number | string | readonly string[]>>;
type Value = boolean | number | string | readonly Value[];

export type Found = { readonly value?: Value; readonly missing: readonly string[] };

/**
 * The value of a condition, as Cedar gives it: `&&` and `||` do not look at their right side when the left one decides, and
 * a fact that is needed and not there gives no value but its name.
 */
export function conditionValue(condition: Condition, context: Context): Found {
  switch (condition.op) {
    case 'value':
      return { value: condition.value, missing: NONE };
    case 'fact': {
      const value = Object.hasOwn(context, condition.path) ? context[condition.path] : undefined;
      return value === undefined ? { missing: [condition.path] } : { value, missing: NONE };
    }
    case 'not':
      return map(conditionValue(condition.of, context), (value) => value !== true);
    case 'empty':
      return map(conditionValue(condition.of, context), (value) => asList(value).length === 0);
    case 'set':
      return list(condition.items, context);
    case 'if': {
      const when = conditionValue(condition.when, context);
      if (when.value === undefined) return when;
      return conditionValue(when.value === true ? condition.yes : condition.no, context);
    }
    default:
      return twoSided(condition, context);
  }
}

type TwoSided = Extract<Condition, { readonly left: Condition }>;

function twoSided({ op, left, right }: TwoSided, context: Context): Found {
  const first = conditionValue(left, context);
  if (first.value === undefined) return first;
  if (op === 'and' && first.value === false) return first;
  if (op === 'or' && first.value === true) return first;
  const second = conditionValue(right, context);
  if (second.value === undefined) return second;
  return { value: OPERATORS[op](first.value, second.value), missing: NONE };
}

const NONE: readonly string[] = [];

const OPERATORS: Readonly<Record<TwoSided['op'], (left: Value, right: Value) => boolean>> = {
  and: (_left, right) => right === true,
  or: (_left, right) => right === true,
  eq: same,
  ne: (left, right) => !same(left, right),
  lt: (left, right) => left < right,
  le: (left, right) => left <= right,
  gt: (left, right) => left > right,
  ge: (left, right) => left >= right,
  contains: (left, right) => asList(left).some((each) => same(each, right)),
  'contains-all': (left, right) => within(asList(right), asList(left)),
  'contains-any': (left, right) =>
    asList(right).some((each) => asList(left).some((other) => same(each, other))),
};

/** Cedar's sets are equal when each holds what the other holds. */
function same(left: Value, right: Value): boolean {
  if (!Array.isArray(left) || !Array.isArray(right)) return left === right;
  return within(left, right) && within(right, left);
}

function within(some: readonly Value[], all: readonly Value[]): boolean {
  return some.every((each) => all.some((other) => same(each, other)));
}

function asList(value: Value): readonly Value[] {
  return typeof value === 'object' ? value : [];
}

function map(found: Found, to: (value: Value) => Value): Found {
  return found.value === undefined ? found : { value: to(found.value), missing: NONE };
}

function list(items: readonly Condition[], context: Context): Found {
  const found = items.map((item) => conditionValue(item, context));
  const values: Value[] = [];
  for (const { value } of found) if (value !== undefined) values.push(value);
  return values.length === found.length
    ? { value: values, missing: NONE }
    : { missing: found.flatMap(({ missing }) => missing) };
}
