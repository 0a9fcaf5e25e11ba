import { entryOf, isRecord } from '../template/values.ts';

/** What an event holds at the end of a path. */
type Leaf = string | number | boolean | null;
type Test = (value: Leaf) => boolean;

/** What one path must hold for an event to match. */
type Constraint = { readonly path: string; readonly mayBeAbsent: boolean; readonly tests: readonly Test[] };

/** Which element of which array a leaf lies in; fields of a pattern must agree on it. */
type Place = Readonly<Record<string, number>>;
type Field = { readonly value: Leaf; readonly place: Place };

/**
 * Compiles an EventBridge event pattern. Throws an error that says why for a pattern that AWS's engine refuses, or
 * that asks for an operator not run here. Held to recorded answers of AWS's event-ruler by the conformance test.
 */
export function compilePattern(pattern: unknown): (event: unknown) => boolean {
  const constraints = constraintsOf(pattern, '');
  return (event) => {
    const fields = new Map<string, Field[]>();
    flatten(event, '', {}, fields);
    return satisfiable(constraints, fields, {});
  };
}

function constraintsOf(node: unknown, path: string): readonly Constraint[] {
  if (!isRecord(node)) throw new Error('Filter is not an object');
  const entries = Object.entries(node);
  if (entries.length === 0) throw new Error('Empty objects are not allowed');
  return entries.flatMap(([key, value]) => {
    if (key === '$or') throw new Error('$or is not run locally');
    const own = join(path, key);
    return isRecord(value) ? constraintsOf(value, own) : [constraintOf(key, value, own)];
  });
}

function constraintOf(key: string, value: unknown, path: string): Constraint {
  if (!Array.isArray(value)) throw new Error(`"${key}" must be an object or an array`);
  if (value.length === 0) throw new Error('Empty arrays are not allowed');
  const members = value.map(compileMember);
  const tests = members.filter((member) => member !== ABSENT);
  return { path, mayBeAbsent: tests.length < members.length, tests };
}

/** Stands for `{"exists": false}`: it holds where no leaf is. */
const ABSENT = Symbol('absent');

const OPERATORS: Readonly<Record<string, (argument: unknown) => Test | typeof ABSENT>> = {
  exists: (argument) => {
    if (typeof argument !== 'boolean') throw new Error('exists match pattern must be either true or false.');
    return argument ? () => true : ABSENT;
  },
  prefix: (argument) => {
    if (isRecord(argument)) throw new Error('prefix with an operator inside is not run locally');
    if (typeof argument !== 'string') throw new Error('prefix match pattern must be a string');
    return (value) => typeof value === 'string' && value.startsWith(argument);
  },
  'anything-but': (argument) => {
    if (isRecord(argument)) throw new Error('anything-but with an operator inside is not run locally');
    const unwanted: readonly unknown[] = Array.isArray(argument) ? argument : [argument];
    const [type, ...more] = new Set(unwanted.map((value) => typeof value));
    if (more.length > 0 || (type !== 'string' && type !== 'number'))
      throw new Error('Value of anything-but must be strings or numbers, and not both');
    return (value) => !unwanted.includes(value);
  },
};
const NOT_RUN = ['suffix', 'equals-ignore-case', 'wildcard', 'cidr', 'numeric'];

/** Compiles one member of a pattern's list. */
function compileMember(member: unknown): Test | typeof ABSENT {
  if (Array.isArray(member)) throw new Error('Match value must be String, number, true, false, or null');
  if (!isRecord(member)) return (value) => value === member;
  const [[name, argument] = [], ...more] = Object.entries(member);
  if (name === undefined) throw new Error('Match expression name not found');
  if (more.length > 0) throw new Error('Only one key allowed in match expression');
  if (NOT_RUN.includes(name)) throw new Error(`${name} is not run locally`);
  const operator = entryOf(OPERATORS, name);
  if (operator === undefined) throw new Error(`Unrecognized match type ${name}`);
  return operator(argument);
}

function flatten(node: unknown, path: string, place: Place, fields: Map<string, Field[]>): void {
  if (Array.isArray(node)) {
    // An array inside an array is another array: its depth is part of its name.
    const depth = Object.keys(place).filter((name) => name.startsWith(`${path}[`)).length;
    for (const [index, item] of node.entries()) {
      flatten(item, path, { ...place, [`${path}[${depth}`]: index }, fields);
    }
  } else if (isRecord(node)) {
    const named = Object.entries(node).filter(([key]) => key !== '');
    for (const [key, value] of named) flatten(value, join(path, key), place, fields);
  } else if (isLeaf(node)) {
    fields.set(path, [...(fields.get(path) ?? []), { value: node, place }]);
  }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function isLeaf(node: unknown): node is Leaf {
  return node === null || ['string', 'number', 'boolean'].includes(typeof node);
}

/** Is there a leaf for every constraint, all within the same elements of the arrays they share? */
function satisfiable(
  [constraint, ...rest]: readonly Constraint[],
  fields: ReadonlyMap<string, readonly Field[]>,
  place: Place,
): boolean {
  if (constraint === undefined) return true;
  const candidates = (fields.get(constraint.path) ?? []).filter((candidate) =>
    agrees(candidate.place, place),
  );
  if (candidates.length === 0) return constraint.mayBeAbsent && satisfiable(rest, fields, place);
  return candidates.some(
    (candidate) =>
      constraint.tests.some((test) => test(candidate.value)) &&
      satisfiable(rest, fields, { ...place, ...candidate.place }),
  );
}

function agrees(one: Place, other: Place): boolean {
  return Object.entries(one).every(([array, index]) => (other[array] ?? index) === index);
}
