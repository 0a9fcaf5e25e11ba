import type { Json } from './strict-json.ts';

/**
 * RFC 8785 (JCS) text of a JSON value: members in order of their names' UTF-16 units, strings and numbers as ECMAScript
 * writes them, which is where RFC 8785 takes them from. Throws a RangeError for what JSON cannot carry.
 */
export function canonicalText(value: Json): string {
  if (typeof value === 'string') return stringText(value);
  if (typeof value === 'number') return numberText(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (isArray(value)) return `[${value.map((item) => canonicalText(item)).join(',')}]`;
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${stringText(name)}:${canonicalText(member)}`);
  return `{${members.join(',')}}`;
}

function stringText(value: string): string {
  if (!value.isWellFormed()) throw new RangeError('half a surrogate pair has no canonical form');
  return JSON.stringify(value);
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} has no canonical form`);
  return String(value === 0 ? 0 : value);
}

// Array.isArray does not narrow a readonly array.
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
