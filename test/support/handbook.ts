import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** The handbook's folder; undefined when there is none. Throws when HOLDFAST_HANDBOOK names one that is not there. */
export function handbookFolder(): string | undefined {
  // biome-ignore lint/style/noProcessEnv: the handbook's place is given by whoever runs the tests
  const named = process.env.HOLDFAST_HANDBOOK;
  const folder = resolve(named ?? '../shared');
  if (existsSync(folder)) return folder;
  if (named !== undefined) throw new Error(`HOLDFAST_HANDBOOK names ${folder}, which is not there`);
  return undefined;
}
