import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAssembly } from '../../local/cloud/build.ts';
import { startWorld, type World } from '../../local/world.ts';

const ROOT = join(import.meta.dirname, '../..');
const SPEED = 10;

/** A fresh local cloud with its sandbox, in a folder that is gone afterwards. */
export async function freshWorld(): Promise<
  World & { readonly end: () => Promise<void>; readonly logText: () => string }
> {
  const { assembly } = await buildAssembly({ root: ROOT, log: () => {} });
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const world = await startWorld({ assembly, dataDir, port: 0, speed: SPEED, log: () => {} });
  return {
    ...world,
    logText: () => logText(join(dataDir, 'cloud', 'logs')),
    end: async () => {
      await world.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Everything that functions have written to their logs. */
function logText(folder: string): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
}
