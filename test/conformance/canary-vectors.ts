import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { handbookFolder } from '../support/handbook.ts';

const handbook = handbookFolder();
export const noHandbook = handbook === undefined;

/** The rows of a file of the handbook's canary vectors; none where the handbook is absent. */
export function rows<T>(file: string): readonly T[] {
  if (handbook === undefined) return [];
  // the handbook's own file: its form is what the tests are about
  return JSON.parse(readFileSync(join(handbook, 'vectors/canary', file), 'utf8'));
}

/** How many rows each file has, as the handbook's manifest says. */
export function manifest(): Readonly<Record<string, number>> {
  return JSON.parse(readFileSync(join(handbook ?? '', 'vectors/canary/MANIFEST.json'), 'utf8')).files;
}

type Named = { readonly id: string };

/**
 * Every row of the file is either held against ours or left for a reason that is named, and none is both.
 * @param left reason: the rows
 */
export function accountFor(
  file: string,
  held: readonly Named[],
  left: Readonly<Record<string, readonly Named[]>> = {},
): void {
  const ids = (from: readonly Named[]) => from.map(({ id }) => id).toSorted();
  expect(ids([...held, ...Object.values(left).flat()])).toEqual(ids(rows<Named>(file)));
  for (const [reason, found] of Object.entries(left)) expect(found.length, reason).toBeGreaterThan(0);
}
