import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sync } from './types.ts';

const KEPT = 10; // Argo CD's default revisionHistoryLimit

/** The syncs of an application, oldest first, as an earlier run of this deployer left them. */
export async function readHistory(dataDir: string, application: string): Promise<readonly Sync[]> {
  try {
    return JSON.parse(await readFile(pathOf(dataDir, application), 'utf8'));
  } catch {
    return []; // none yet; a torn file cannot be, it is renamed into place
  }
}

/** The history with one sync more, written before it is given back. A restart on the same revision adds none. */
export async function addSync(
  dataDir: string,
  application: string,
  history: readonly Sync[],
  sync: Omit<Sync, 'id'>,
): Promise<readonly Sync[]> {
  const last = history.at(-1);
  if (last?.revision === sync.revision) return history;
  const longer = [...history, { id: last === undefined ? 0 : last.id + 1, ...sync }].slice(-KEPT);
  const path = pathOf(dataDir, application);
  await mkdir(join(dataDir, 'applications'), { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(longer));
  await rename(`${path}.new`, path);
  return longer;
}

function pathOf(dataDir: string, application: string): string {
  return join(dataDir, 'applications', `${application}.json`);
}
