import { AwsFailure } from '../types.ts';

/** A JSON object as it came over the wire or out of the template: nothing is known of its members. */
export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** The value at a path of member names, undefined where anything on the way is missing. */
export function at(source: unknown, ...path: readonly string[]): unknown {
  let found = source;
  for (const name of path) found = isJson(found) ? found[name] : undefined;
  return found;
}

export function textAt(source: unknown, ...path: readonly string[]): string | undefined {
  const found = at(source, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** CloudFormation accepts numbers written as text, so both are read. */
export function numberAt(source: unknown, ...path: readonly string[]): number | undefined {
  const found = at(source, ...path);
  if (typeof found === 'number') return found;
  if (typeof found !== 'string' || found.trim() === '') return undefined;
  const parsed = Number(found);
  return Number.isFinite(parsed) ? parsed : undefined;
}

export function flagAt(source: unknown, ...path: readonly string[]): boolean {
  const found = at(source, ...path);
  return found === true || found === 'true';
}

export function jsonAt(source: unknown, ...path: readonly string[]): Json {
  const found = at(source, ...path);
  return isJson(found) ? found : {};
}

export function listAt(source: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(source, ...path);
  return Array.isArray(found) ? found : [];
}

/** A required text of a request. Throws AwsFailure('ValidationException') when it is missing or empty. */
export function need(input: Json, name: string): string {
  const found = textAt(input, name);
  if (found === undefined || found === '') {
    throw new AwsFailure('ValidationException', `1 validation error detected: '${name}' must not be null`);
  }
  return found;
}

/** Text as JSON, or undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The last part of an ARN or of a path: `arn:aws:sqs:r:a:name` and `http://host/a/name` both give `name`. */
export function lastPart(name: string): string {
  return name.split(/[:/]/).at(-1) ?? name;
}
