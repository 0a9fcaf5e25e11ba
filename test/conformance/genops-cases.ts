import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import * as z from 'zod';
import { handbookFolder } from '../support/handbook.ts';

const Case = z.object({
  id: z.string(),
  area: z.string(),
  verdict: z.enum(['keep', 'improve', 'intended', 'defect']),
  input: z.record(z.string(), z.any()),
  expected: z.record(z.string(), z.any()),
  tolerance: z.number(),
});
export type GenopsVector = z.infer<typeof Case>;

const file = join(handbookFolder() ?? '', 'vectors/genops_cases.json');
const all: readonly GenopsVector[] = existsSync(file)
  ? z.object({ cases: z.array(Case) }).parse(JSON.parse(readFileSync(file, 'utf8'))).cases
  : [];

/** Whether the handbook is not here; then nothing is compared. */
export const absent = all.length === 0;

/** The cases of an area, with their ids for `test.each`. */
export function casesOf(
  area: string,
  ...verdicts: readonly GenopsVector['verdict'][]
): readonly (readonly [string, GenopsVector])[] {
  return all
    .filter((each) => each.area === area && (verdicts.length === 0 || verdicts.includes(each.verdict)))
    .map((each) => [each.id, each]);
}

/** Which areas and verdicts the handbook has: so that a new one is not overlooked. */
export function areas(): readonly string[] {
  return [...new Set(all.map(({ area, verdict }) => `${area} ${verdict}`))].sort();
}

/** Equal field by field, numbers within the tolerance; what is not expected is not compared. */
export function expectAsIn(found: unknown, expected: unknown, tolerance: number): void {
  if (typeof expected === 'number') {
    expect(Math.abs(Number(found) - expected)).toBeLessThanOrEqual(tolerance);
  } else if (typeof expected === 'object' && expected !== null) {
    for (const [name, value] of Object.entries(expected))
      expectAsIn(Reflect.get(Object(found), name), value, tolerance);
    if (Array.isArray(expected)) expect(found).toHaveLength(expected.length);
  } else expect(found).toEqual(expected);
}
