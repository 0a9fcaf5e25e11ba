import * as z from 'zod';
import type { Condition } from '../../policies/condition.ts';

/** An expression that a policy may not use, and why. */
export type Refused = { readonly refused: string };

/** Cedar's two-sided operators by the names that a condition has for them. */
const OPERATORS = {
  '&&': 'and',
  '||': 'or',
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  contains: 'contains',
  containsAll: 'contains-all',
  containsAny: 'contains-any',
} as const;
/** Comparisons of Cedar's decimals. */
const METHODS = {
  lessThan: 'lt',
  lessThanOrEqual: 'le',
  greaterThan: 'gt',
  greaterThanOrEqual: 'ge',
} as const;
const WHY_NOT: Readonly<Record<string, string>> = {
  has: 'has is not offered: a fact that is missing blocks, and a policy must not pass because of it',
  Var: 'only context is offered: principal, action and resource stay open',
};

const One = z.object({ arg: z.unknown() });
const Two = z.object({ left: z.unknown(), right: z.unknown() });
const Pair = z.tuple([z.unknown(), z.unknown()]);
const Fact = z.object({ '.': z.object({ left: z.unknown(), attr: z.string() }) });
const Branches = z.record(z.enum(['if', 'then', 'else']), z.unknown());
const Scalar = z.union([z.boolean(), z.number().int().refine(Number.isSafeInteger), z.string()]);
const DecimalText = z.tuple([z.object({ Value: z.string() })]);

/** A condition out of an expression in the JSON form of Cedar's parser, already checked by its validator. */
export function conditionOf(expression: unknown): Condition | Refused {
  const [form, ...more] = Object.entries(z.record(z.string(), z.unknown()).parse(expression));
  if (form === undefined || more.length > 0) return { refused: 'this expression is not offered' };
  const [name, body] = form;
  switch (name) {
    case 'Value': {
      const value = Scalar.safeParse(body);
      return value.success
        ? { op: 'value', value: value.data }
        : { refused: 'only booleans, whole numbers and texts are offered' };
    }
    case '.':
      return factOf(expression);
    case '!':
      return around(One.parse(body).arg, (of) => ({ op: 'not', of }));
    case 'isEmpty':
      return around(One.parse(body).arg, (of) => ({ op: 'empty', of }));
    case 'Set':
      return all(z.array(z.unknown()).parse(body), (items) => ({ op: 'set', items }));
    case 'decimal':
      return decimalOf(body);
    case 'if-then-else': {
      const branches = Branches.parse(body);
      return all([branches.if, branches.then, branches.else], ([when, yes, no]) =>
        when && yes && no ? { op: 'if', when, yes, no } : { op: 'value', value: true },
      );
    }
    default:
      return twoSided(name, body);
  }
}

function twoSided(name: string, body: unknown): Condition | Refused {
  const op = lookUp(OPERATORS, name);
  const method = lookUp(METHODS, name);
  if (op !== undefined) {
    const { left, right } = Two.parse(body);
    return both(op, left, right);
  }
  if (method === undefined) return { refused: WHY_NOT[name] ?? `${name} is not offered` };
  const [left, right] = Pair.parse(body);
  return both(method, left, right);
}

type TwoSided = Extract<Condition, { readonly left: Condition }>['op'];

function both(op: TwoSided, left: unknown, right: unknown): Condition | Refused {
  const [first, second] = [conditionOf(left), conditionOf(right)];
  if ('refused' in first) return first;
  return 'refused' in second ? second : { op, left: first, right: second };
}

/** `context.change.lines` as the path change.lines; what is no path from the context is refused. */
function factOf(expression: unknown): Condition | Refused {
  const fact = Fact.safeParse(expression);
  if (!fact.success) return { refused: WHY_NOT.Var ?? '' };
  const { left, attr } = fact.data['.'];
  const isContext = z.object({ Var: z.literal('context') }).safeParse(left).success;
  if (isContext) return { op: 'fact', path: attr };
  const outer = factOf(left);
  if ('refused' in outer || outer.op !== 'fact') return { refused: WHY_NOT.Var ?? '' };
  return { op: 'fact', path: `${outer.path}.${attr}` };
}

/** Cedar's decimals have at most four digits after the point. */
function decimalOf(body: unknown): Condition | Refused {
  const text = DecimalText.safeParse(body);
  if (!text.success) return { refused: 'decimal() takes a text' };
  return { op: 'value', value: Math.round(Number(text.data[0].Value) * 10_000) };
}

function around(inner: unknown, make: (of: Condition) => Condition): Condition | Refused {
  const of = conditionOf(inner);
  return 'refused' in of ? of : make(of);
}

function all(parts: readonly unknown[], make: (of: readonly Condition[]) => Condition): Condition | Refused {
  const read = parts.map(conditionOf);
  const refused = read.find((each) => 'refused' in each);
  if (refused !== undefined && 'refused' in refused) return refused;
  return make(read.flatMap((each) => ('refused' in each ? [] : [each])));
}

function lookUp<Found>(table: Readonly<Record<string, Found>>, name: string): Found | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
