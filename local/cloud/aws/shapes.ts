import { isRecord, type Json } from '../template/values.ts';
import { AwsFailure } from '../types.ts';

export { isRecord as isJson, type Json } from '../template/values.ts';

/** The value at a path of member names, undefined where anything on the way is missing. */
export function at(source: unknown, ...path: readonly string[]): unknown {
  return path.reduce((found, name) => (isRecord(found) ? found[name] : undefined), source);
}

export function textAt(source: unknown, ...path: readonly string[]): string | undefined {
  const found = at(source, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** CloudFormation accepts numbers written as text, so both are read. */
export function numberAt(source: unknown, ...path: readonly string[]): number | undefined {
  const found = at(source, ...path);
  const parsed = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined;
}

export function jsonAt(source: unknown, ...path: readonly string[]): Json {
  const found = at(source, ...path);
  return isRecord(found) ? found : {};
}

export function listAt(source: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(source, ...path);
  return Array.isArray(found) ? found : [];
}

/** A required text of a request. Throws AwsFailure('ValidationException') when it is missing or empty. */
export function need(input: Json, name: string): string {
  const found = textAt(input, name);
  if (found !== undefined && found !== '') return found;
  throw new AwsFailure('ValidationException', `1 validation error detected: '${name}' must not be null`);
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
