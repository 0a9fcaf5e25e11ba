import type { Condition } from '../condition.ts';

/** What policies see: facts by their paths. Fractions are whole numbers of ten-thousandths. */
export type Fact = boolean | number | string | readonly string[];
export type Context = Readonly<Record<string, Fact | undefined>>;
type Value = boolean | number | string | readonly Value[];

export type Found = { readonly value?: Value; readonly missing: readonly string[] };

/**
 * The value of a condition, as Cedar gives it: `&&` and `||` do not look at their right side when the left one decides, and
 * a fact that is needed and not there gives no value but its name.
 */
export function conditionValue(condition: Condition, context: Context): Found {
  const missing: string[] = [];
  const value = valueIn(condition, context, missing);
  return value === undefined ? { missing } : { value, missing: NONE };
}

/** Whether a condition holds; or what it lacks to tell. */
export function holds(
  condition: Condition,
  context: Context,
): boolean | { readonly missing: readonly string[] } {
  const missing: string[] = [];
  const value = valueIn(condition, context, missing);
  return value === undefined ? { missing } : value === true;
}

const NONE: readonly string[] = [];

/** Undefined for what cannot be told: what it lacks is added to `missing`. */
function valueIn(condition: Condition, context: Context, missing: string[]): Value | undefined {
  switch (condition.op) {
    case 'value':
      return condition.value;
    case 'fact':
      return factAt(condition.path, context, missing);
    case 'not': {
      const value = valueIn(condition.of, context, missing);
      return value === undefined ? undefined : value !== true;
    }
    case 'empty': {
      const value = valueIn(condition.of, context, missing);
      return value === undefined ? undefined : asList(value).length === 0;
    }
    case 'set':
      return list(condition.items, context, missing);
    case 'if': {
      const when = valueIn(condition.when, context, missing);
      if (when === undefined) return undefined;
      return valueIn(when === true ? condition.yes : condition.no, context, missing);
    }
    default:
      return twoSided(condition, context, missing);
  }
}

function factAt(path: string, context: Context, missing: string[]): Fact | undefined {
  const value = Object.hasOwn(context, path) ? context[path] : undefined;
  if (value === undefined) missing.push(path);
  return value;
}

type TwoSided = Extract<Condition, { readonly left: Condition }>;

function twoSided({ op, left, right }: TwoSided, context: Context, missing: string[]): Value | undefined {
  const first = valueIn(left, context, missing);
  if (first === undefined) return undefined;
  if (op === 'and' && first === false) return first;
  if (op === 'or' && first === true) return first;
  const second = valueIn(right, context, missing);
  return second === undefined ? undefined : compared(op, first, second);
}

function compared(op: TwoSided['op'], left: Value, right: Value): boolean {
  switch (op) {
    case 'and':
    case 'or':
      return right === true;
    case 'eq':
      return same(left, right);
    case 'ne':
      return !same(left, right);
    case 'lt':
      return left < right;
    case 'le':
      return left <= right;
    case 'gt':
      return left > right;
    case 'ge':
      return left >= right;
    case 'contains':
      return asList(left).some((each) => same(each, right));
    case 'contains-all':
      return within(asList(right), asList(left));
    case 'contains-any':
      return asList(right).some((each) => asList(left).some((other) => same(each, other)));
  }
}

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

/** Of a set everything is looked at, so that all that is missing is named. */
function list(items: readonly Condition[], context: Context, missing: string[]): Value | undefined {
  const values: Value[] = [];
  for (const item of items) {
    const value = valueIn(item, context, missing);
    if (value !== undefined) values.push(value);
  }
  return values.length === items.length ? values : undefined;
}
