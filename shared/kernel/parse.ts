import * as z from 'zod';
import { Fault, type Issue } from './fault.ts';

/** The value as the schema types it. Throws Fault('InvalidInput') with one issue per wrong field, named by its dotted path. */
export function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.flatMap(issuesOf);
  const first = issues[0];
  const detail = first === undefined ? '' : `: ${first.path || 'the document'} ${first.message}`;
  throw new Fault('InvalidInput', `${what} is not valid${detail}`, { issues });
}

/**
 * A whole number as it stands in a path or a query: decimal digits without leading zeros, so that each has one spelling.
 * JavaScript's own reading would also take `0x10`, `1e3` and ` 7`.
 */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  const plain = (sent: unknown) =>
    typeof sent === 'string' && /^(?:0|[1-9][0-9]{0,15})$/.test(sent) ? Number(sent) : sent;
  return z.preprocess(plain, z.int('must be a whole number in plain decimal digits').min(min).max(max));
}

function issuesOf(issue: z.core.$ZodIssue): readonly Issue[] {
  const at = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...at, key].join('.'),
      message: 'is not a field of this document',
    }));
  }
  return [{ path: at.join('.'), message: issue.message }];
}
