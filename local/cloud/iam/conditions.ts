import { entryOf, isRecord, record, texts } from '../template/values.ts';

/** The condition context of a call: one value or several by key. */
export type Context = Readonly<Record<string, string | readonly string[]>>;
export type Test = (context: Context) => boolean;

/**
 * Every key for which `requests.ts` or a caller in the local cloud gives the value; the source account stands in
 * policies for log delivery alone, which nothing here does. A key outside this list would silently be absent, so a
 * policy that asks for it is refused.
 */
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'aws:securetransport',
  'aws:sourceaccount',
  'aws:sourcearn',
  'dynamodb:enclosingoperation',
  'dynamodb:leadingkeys',
  's3:if-none-match',
  's3:objectcreationoperation',
]);

type Matcher = (expected: readonly string[]) => (actual: string) => boolean;

const OPERATORS: Readonly<Record<string, Matcher>> = {
  StringEquals: (expected) => (actual) => expected.includes(actual),
  StringLike: (expected) => wildcards(expected),
  ArnEquals: (expected) => wildcards(expected),
  ArnLike: (expected) => wildcards(expected),
  Bool: (expected) => (actual) => expected.some((value) => value.toLowerCase() === actual.toLowerCase()),
};

/** A matcher of IAM's wildcards: `*` is any run of characters, `?` exactly one. */
export function wildcards(patterns: readonly string[], flags = ''): (actual: string) => boolean {
  const plain = new Set(patterns.filter((pattern) => flags === '' && !/[*?]/.test(pattern)));
  const tests = patterns
    .filter((pattern) => !plain.has(pattern))
    .map((pattern) => {
      const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
      return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, `s${flags}`);
    });
  return (actual) => plain.has(actual) || tests.some((test) => test.test(actual));
}

/** Compiles a statement's Condition. What it does not know goes to `refuse`; such a condition never holds. */
export function compileConditions(block: unknown, refuse: (problem: string) => void): Test {
  const tests = Object.entries(record(block ?? {}, 'Condition')).flatMap(([operator, keys]) =>
    Object.entries(record(keys, operator)).map(([key, values]) => {
      if (!KNOWN_KEYS.has(key.toLowerCase())) refuse(`the condition key ${key} is not known`);
      if (isRecord(values)) refuse(`the condition value of ${key} is an object`);
      const test = compileOperator(operator, isRecord(values) ? [] : texts(values, key), refuse);
      return (context: Context) => test(valuesOf(context, key.toLowerCase()));
    }),
  );
  return (context) => tests.every((test) => test(context));
}

/** The test of the values that a call has under a key: none when the key is absent. */
function compileOperator(
  written: string,
  expected: readonly string[],
  refuse: (problem: string) => void,
): (actual: readonly string[]) => boolean {
  if (expected.some((value) => value.includes('${')))
    refuse(`policy variables (${expected.join(', ')}) are not known`);
  const [, quantifier, base = ''] = /^(ForAnyValue:|ForAllValues:)?(.*)$/.exec(written) ?? [];
  if (base === 'Null') {
    const absent = expected.includes('true');
    return (actual) => (actual.length === 0) === absent;
  }
  const operator = entryOf(OPERATORS, base);
  if (operator === undefined) {
    refuse(`the condition operator ${written} is not known`);
    return () => false;
  }
  const holds = operator(expected);
  // AWS lets a call without the key pass ForAllValues, and no other.
  return quantifier === 'ForAllValues:' ? (actual) => actual.every(holds) : (actual) => actual.some(holds);
}

/** Keys of a condition are compared without regard to case. */
function valuesOf(context: Context, key: string): readonly string[] {
  const [, value = []] = Object.entries(context).find(([name]) => name.toLowerCase() === key) ?? [];
  return typeof value === 'string' ? [value] : value;
}
