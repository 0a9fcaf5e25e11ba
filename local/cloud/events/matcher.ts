import { isRecord } from '../template/values.ts';
import { ABSENT, compileMember, type Leaf, OPERATOR_NAMES, type Test } from './operators.ts';

/** What one path must hold for an event to match. */
type Constraint = { readonly path: string; readonly mayBeAbsent: boolean; readonly tests: readonly Test[] };

/** Which element of which array a leaf lies in; fields of a pattern must agree on it. */
type Place = Readonly<Record<string, number>>;
type Field = { readonly value: Leaf; readonly place: Place };

/** More combinations of `$or` than AWS takes. */
const MOST_COMBINATIONS = 1000;

/**
 * Compiles an EventBridge event pattern. Throws an error that says why for a pattern that AWS's engine refuses.
 * Held to recorded answers of AWS's event-ruler by the conformance test.
 */
export function compilePattern(pattern: unknown): (event: unknown) => boolean {
  const alternatives = expand(pattern, '').map((constraints) => constraints.toSorted(byPath));
  return (event) => {
    const fields = new Map<string, Field[]>();
    flatten(event, '', {}, fields);
    return alternatives.some((constraints) => satisfiable(constraints, fields, {}));
  };
}

function byPath(a: Constraint, b: Constraint): number {
  return a.path < b.path ? -1 : Number(a.path > b.path);
}

/** The pattern without `$or`: every way to choose one branch of each. */
function expand(node: unknown, path: string): readonly (readonly Constraint[])[] {
  if (!isRecord(node)) throw new Error('Filter is not an object');
  const entries = Object.entries(node);
  if (entries.length === 0) throw new Error('Empty objects are not allowed');
  return entries.reduce<readonly (readonly Constraint[])[]>(
    (alternatives, [key, value]) => {
      const options = key === '$or' ? branches(value, path) : field(key, value, path);
      if (alternatives.length * options.length > MOST_COMBINATIONS)
        throw new Error('Too many $or combinations');
      return alternatives.flatMap((left) => options.map((right) => [...left, ...right]));
    },
    [[]],
  );
}

function field(key: string, value: unknown, path: string): readonly (readonly Constraint[])[] {
  const own = join(path, key);
  if (isRecord(value)) return expand(value, own);
  if (!Array.isArray(value)) throw new Error(`"${key}" must be an object or an array`);
  if (value.length === 0) throw new Error('Empty arrays are not allowed');
  const members = value.map(compileMember);
  const tests = members.filter((member) => member !== ABSENT);
  return [[{ path: own, mayBeAbsent: tests.length < members.length, tests }]];
}

function branches(value: unknown, path: string): readonly (readonly Constraint[])[] {
  if (!Array.isArray(value)) throw new Error('It must be an Array followed with $or.');
  if (value.length < 2) throw new Error('There must have at least 2 Objects in $or relationship.');
  return value.flatMap((branch) => {
    if (!isRecord(branch)) throw new Error('Only JSON object is allowed in array of $or relationship.');
    const reserved = Object.keys(branch).find((key) => OPERATOR_NAMES.has(key));
    if (reserved !== undefined) throw new Error(`${reserved} is reserved and cannot be used inside $or.`);
    return expand(branch, path);
  });
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
