/** A JSON object whose fields nobody has read yet. */
export type Json = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; `where` names it in the error, so that a template's author finds it. */
export function record(value: unknown, where: string): Record<string, unknown> {
  if (!isRecord(value)) throw new Error(`${where} must be an object, found ${JSON.stringify(value)}`);
  return value;
}

/** The value as a text; numbers and booleans are written out, as CloudFormation does. */
export function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${where} must be a string, found ${JSON.stringify(value)}`);
}

/** AWS writes one value or a list of them in many places; nothing is the empty list. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

export function texts(value: unknown, where: string): readonly string[] {
  return listOf(value).map((item) => text(item, where));
}

/** A table's entry by a name that came from outside: names such as `constructor` find nothing. */
export function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
