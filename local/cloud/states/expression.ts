import jsonata from 'jsonata';
import type { Json, JsonObject } from './definition.ts';
import { stateFailure } from './failure.ts';

export type Bindings = Readonly<Record<string, unknown>>;

const compiled = new Map<string, jsonata.Expression>();

function compile(source: string): jsonata.Expression {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const expression = jsonata(source);
  compiled.set(source, expression);
  return expression;
}

/** Evaluates every `{% %}` string of a template. `field` is the path AWS reports, such as `Output/result`. */
export async function evaluate(template: Json, field: string, bindings: Bindings): Promise<Json> {
  if (typeof template === 'string') return evaluateText(template, field, bindings);
  if (typeof template !== 'object' || template === null) return template;
  if (Array.isArray(template)) {
    return Promise.all(template.map((item, index) => evaluate(item, `${field}[${index}]`, bindings)));
  }
  const entries = Object.entries(template).map(async ([key, value]) => [
    key,
    await evaluate(value ?? null, `${field}/${key}`, bindings),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

/** Evaluates a field that must be of one JSON type. @throws a state failure, worded as AWS words it */
export async function evaluateAs<T extends Json>(
  template: Json,
  field: string,
  bindings: Bindings,
  expected: { readonly name: string; readonly is: (value: Json) => value is T },
): Promise<T> {
  const value = await evaluate(template, field, bindings);
  if (expected.is(value)) return value;
  const found = `Expected '${expected.name}', but was '${typeName(value)}' for value: ${JSON.stringify(value)}`;
  throw queryFailure(template, field, `returned an unexpected result type. ${found}`);
}

const type = <T extends Json>(name: string, is: (value: Json) => value is T) => ({ name, is });

export const AN_OBJECT = type(
  'object',
  (value): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value),
);
export const A_STRING = type('string', (value) => typeof value === 'string');
export const A_BOOLEAN = type('boolean', (value) => typeof value === 'boolean');
/** AWS takes whole seconds from 1 on; a fraction that worked here would fail there. */
export const WHOLE_SECONDS = type(
  'number',
  (value): value is number => Number.isInteger(value) && Number(value) > 0,
);

async function evaluateText(text: string, field: string, bindings: Bindings): Promise<Json> {
  if (!(text.startsWith('{%') && text.endsWith('%}'))) return text;
  const value = await compute(text, field, bindings);
  if (value === undefined) throw queryFailure(text, field, 'returned nothing (undefined).');
  if (isFunction(value)) throw queryFailure(text, field, 'returned an unsupported result type.');
  // The round trip drops what the library hangs on its arrays, and turns -0 into 0 as AWS does.
  return JSON.parse(JSON.stringify(value));
}

async function compute(text: string, field: string, bindings: Bindings): Promise<unknown> {
  try {
    return await compile(sourceOf(text)).evaluate(undefined, bindings);
  } catch (thrown) {
    throw queryFailure(text, field, `threw an error during evaluation. ${errorText(thrown)}`);
  }
}

const sourceOf = (text: string): string => text.slice(2, -2).trim();

function queryFailure(template: Json, field: string, what: string): Error {
  const source = typeof template === 'string' ? sourceOf(template) : JSON.stringify(template);
  const cause = `The JSONata expression '${source}' specified for the field '${field}' ${what}`;
  return stateFailure({ error: 'States.QueryEvaluationError', cause, evaluation: { location: field } });
}

function errorText(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  const code = 'code' in thrown ? `${String(thrown.code)}: ` : '';
  return `${code}${'message' in thrown ? String(thrown.message) : ''}`;
}

function isFunction(value: unknown): boolean {
  return (
    typeof value === 'function' || (typeof value === 'object' && value !== null && '_jsonata_lambda' in value)
  );
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
