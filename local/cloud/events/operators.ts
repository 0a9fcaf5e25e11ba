import { entryOf, isRecord } from '../template/values.ts';
import { inBlock } from './cidr.ts';

/** What an event holds at the end of a path. */
export type Leaf = string | number | boolean | null;
export type Test = (value: Leaf) => boolean;

/** Stands for `{"exists": false}`: it holds where no leaf is. */
export const ABSENT = Symbol('absent');

const OPERATORS: Readonly<Record<string, (argument: unknown) => Test | typeof ABSENT>> = {
  exists: (argument) => {
    if (typeof argument !== 'boolean') throw new Error('exists match pattern must be either true or false.');
    return argument ? () => true : ABSENT;
  },
  prefix: (argument) => affix('prefix', argument),
  suffix: (argument) => affix('suffix', argument),
  'equals-ignore-case': (argument) => ignoringCase(string(argument, 'equals-ignore-case')),
  wildcard: (argument) => wildcard(string(argument, 'wildcard')),
  cidr: (argument) => ofText(inBlock(string(argument, 'cidr'))),
  numeric,
  'anything-but': anythingBut,
};

export const OPERATOR_NAMES: ReadonlySet<string> = new Set([...Object.keys(OPERATORS), 'exactly']);

/** Compiles one member of a pattern's list. Throws for a member that AWS's engine refuses. */
export function compileMember(member: unknown): Test | typeof ABSENT {
  if (Array.isArray(member)) throw new Error('Match value must be String, number, true, false, or null');
  if (!isRecord(member)) return (value) => value === member;
  const [[name, argument] = [], ...more] = Object.entries(member);
  if (name === undefined) throw new Error('Match expression name not found');
  if (more.length > 0) throw new Error('Only one key allowed in match expression');
  const operator = entryOf(OPERATORS, name);
  if (operator === undefined) throw new Error(`Unrecognized match type ${name}`);
  return operator(argument);
}

/** Upper case first: only so do `ß` and `SS` become the same. */
function fold(value: string): string {
  return value.toUpperCase().toLowerCase();
}

function string(argument: unknown, name: string): string {
  if (typeof argument !== 'string') throw new Error(`${name} match pattern must be a string`);
  return argument;
}

function ofText(test: (value: string) => boolean): Test {
  return (value) => typeof value === 'string' && test(value);
}

function ignoringCase(wanted: string): Test {
  const folded = fold(wanted);
  return ofText((value) => fold(value) === folded);
}

function affix(name: 'prefix' | 'suffix', argument: unknown): Test {
  const [only, ignoring] = isRecord(argument) ? (Object.entries(argument)[0] ?? []) : [];
  if (isRecord(argument) && only !== 'equals-ignore-case')
    throw new Error(`Unsupported ${name} pattern: ${only}`);
  const wanted = only === undefined ? string(argument, name) : fold(string(ignoring, 'equals-ignore-case'));
  const form = only === undefined ? (value: string) => value : fold;
  return ofText((value) =>
    name === 'prefix' ? form(value).startsWith(wanted) : form(value).endsWith(wanted),
  );
}

function wildcard(pattern: string): Test {
  if (!/^(?:[^*\\]|\\[*\\]|\*(?!\*))*$/s.test(pattern)) {
    throw new Error('Consecutive wildcard characters or an invalid escape character');
  }
  const source = pattern.replaceAll(/\\([*\\])|([*])|([.+?^${}()|[\]])/g, (_, escaped, star, special) => {
    if (star !== undefined) return '.*';
    return `\\${escaped ?? special}`;
  });
  const expression = new RegExp(`^${source}$`, 's');
  return ofText((value) => expression.test(value));
}

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function numeric(argument: unknown): Test {
  if (!Array.isArray(argument)) throw new Error('Value of numeric must be an array.');
  const [first, low, second, high] = argument;
  const wellFormed =
    argument.length === 2 || (argument.length === 4 && /^>/.test(first) && /^</.test(second));
  if (!wellFormed) throw new Error(`Bad numeric range: ${JSON.stringify(argument)}`);
  if (second !== undefined && low >= high) throw new Error('Bottom must be less than top');
  const bounds = [bound(first, low), ...(second === undefined ? [] : [bound(second, high)])];
  return (value) => typeof value === 'number' && bounds.every((holds) => holds(value));
}

function bound(operator: unknown, limit: unknown): (value: number) => boolean {
  const compare = entryOf(COMPARE, String(operator));
  if (compare === undefined) throw new Error(`Unrecognized numeric range operator: ${String(operator)}`);
  if (typeof limit !== 'number') throw new Error(`Value of ${String(operator)} must be numeric`);
  return (value) => compare(value, limit);
}

const UNWANTED: Readonly<Record<string, (value: string) => Test>> = {
  prefix: (value) => affix('prefix', value),
  suffix: (value) => affix('suffix', value),
  'equals-ignore-case': ignoringCase,
  wildcard,
};

function anythingBut(argument: unknown): Test {
  if (isRecord(argument)) return anythingButLike(argument);
  const unwanted: readonly unknown[] = Array.isArray(argument) ? argument : [argument];
  const types = new Set(unwanted.map((value) => typeof value));
  const [type] = types;
  if (types.size !== 1 || (type !== 'string' && type !== 'number')) {
    throw new Error('Value of anything-but must be strings or numbers, and not both');
  }
  return (value) => !unwanted.includes(value);
}

function anythingButLike(argument: Readonly<Record<string, unknown>>): Test {
  const [[name = '', value] = [], ...more] = Object.entries(argument);
  const make = entryOf(UNWANTED, name);
  if (make === undefined || more.length > 0) throw new Error(`Unsupported anything-but pattern: ${name}`);
  const values = (Array.isArray(value) ? value : [value]).map((item) => string(item, name));
  const affixed = name === 'prefix' || name === 'suffix';
  if (values.length === 0 || (affixed && values.includes('')))
    throw new Error('Null prefix/suffix not allowed');
  const unwanted = values.map(make);
  return (leaf) => !unwanted.some((test) => test(leaf));
}
