import { entryOf, isRecord, record, texts } from '../template/values.ts';

/** The condition context of a call: one value or several by key. */
export type Context = Readonly<Record<string, string | readonly string[]>>;
export type Test = (context: Context) => boolean;

/**
 * Every key for which `requests.ts` or a caller in the local cloud gives the value. A key outside this list would
 * silently be absent, so a policy that asks for it is refused.
 */
const KNOWN_KEYS: ReadonlySet<string> = new Set(
  [
    'aws:PrincipalArn',
    'aws:SecureTransport',
    'aws:SourceAccount',
    'aws:SourceArn',
    'dynamodb:EnclosingOperation',
    'dynamodb:LeadingKeys',
    'events:detail-type',
    'events:source',
    's3:if-none-match',
    's3:prefix',
  ].map((key) => key.toLowerCase()),
);

type Matcher = (expected: readonly string[]) => (actual: string) => boolean;
type Compare = (actual: string, expected: string) => boolean;

const equalsIgnoringCase: Compare = (actual, expected) => actual.toLowerCase() === expected.toLowerCase();
const anyOf =
  (compare: Compare): Matcher =>
  (expected) =>
  (actual) =>
    expected.some((value) => compare(actual, value));
const numeric = (compare: (actual: number, expected: number) => boolean) =>
  anyOf((actual, expected) => compare(Number(actual), Number(expected)));

const OPERATORS: Readonly<Record<string, Matcher>> = {
  StringEquals: anyOf((actual, expected) => actual === expected),
  StringEqualsIgnoreCase: anyOf(equalsIgnoringCase),
  StringLike: wildcards,
  ArnEquals: wildcards,
  ArnLike: wildcards,
  Bool: anyOf(equalsIgnoringCase),
  NumericEquals: numeric((actual, expected) => actual === expected),
  NumericLessThan: numeric((actual, expected) => actual < expected),
  NumericLessThanEquals: numeric((actual, expected) => actual <= expected),
  NumericGreaterThan: numeric((actual, expected) => actual > expected),
  NumericGreaterThanEquals: numeric((actual, expected) => actual >= expected),
};

/** A matcher of IAM's wildcards: `*` is any run of characters, `?` exactly one. */
export function wildcards(patterns: readonly string[], flags = ''): (actual: string) => boolean {
  const plain = new Set(patterns.filter((pattern) => flags === '' && !/[*?]/.test(pattern)));
  const tests = patterns
    .filter((pattern) => !plain.has(pattern))
    .map((pattern) => {
      const source = pattern
        .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.');
      return new RegExp(`^${source}$`, `s${flags}`);
    });
  return (actual) => plain.has(actual) || tests.some((test) => test.test(actual));
}

/** Compiles a statement's Condition. What it does not know goes to `refuse`; such a condition never holds. */
export function compileConditions(block: unknown, refuse: (problem: string) => void): Test {
  if (block === undefined) return () => true;
  const tests = Object.entries(record(block, 'Condition')).flatMap(([operator, keys]) =>
    Object.entries(record(keys, operator)).map(([key, values]) => {
      if (!KNOWN_KEYS.has(key.toLowerCase())) refuse(`the condition key ${key} is not known`);
      if (isRecord(values)) refuse(`the condition value of ${key} is an object`);
      const test = compileOperator(operator, isRecord(values) ? [] : texts(values, key), refuse);
      return (context: Context) => test(valuesOf(context, key.toLowerCase()));
    }),
  );
  return (context) => tests.every((test) => test(context));
}

type ValuesTest = (actual: readonly string[] | undefined) => boolean;

function compileOperator(
  written: string,
  expected: readonly string[],
  refuse: (problem: string) => void,
): ValuesTest {
  if (expected.some((value) => value.includes('${')))
    refuse(`policy variables (${expected.join(', ')}) are not known`);
  if (written === 'Null') {
    const absent = expected[0] === 'true';
    return (actual) => (actual === undefined || actual.length === 0) === absent;
  }
  const [, quantifier = '', base = '', optional = ''] =
    /^(ForAnyValue:|ForAllValues:)?(.*?)(IfExists)?$/.exec(written) ?? [];
  // StringNotEquals, ArnNotLike and their kin are the operator without "Not", turned round.
  const negated = /^(String|Arn|Numeric)Not/.test(base);
  const operator = entryOf(OPERATORS, negated ? base.replace('Not', '') : base);
  if (operator === undefined) {
    refuse(`the condition operator ${written} is not known`);
    return () => false;
  }
  const matches = operator(expected);
  const holds = (value: string) => matches(value) !== negated;
  if (quantifier === 'ForAllValues:') return (actual) => (actual ?? []).every(holds);
  if (quantifier === 'ForAnyValue:')
    return (actual) => (actual === undefined ? optional !== '' : actual.some(holds));
  // An absent key satisfies a negated operator, as AWS documents for StringNotEquals and its kin.
  return (actual) => {
    if (actual === undefined) return negated || optional !== '';
    return negated ? actual.every(holds) : actual.some(holds);
  };
}

/** Keys of a condition are compared without regard to case. */
function valuesOf(context: Context, key: string): readonly string[] | undefined {
  for (const [name, value] of Object.entries(context)) {
    if (name.toLowerCase() === key) return typeof value === 'string' ? [value] : value;
  }
  return undefined;
}
