import type * as z from 'zod';
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
