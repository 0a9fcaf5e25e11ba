import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAssembly } from '../local/build.ts';
import { identify } from '../local/cloud/template/identities.ts';
import type { Resource } from '../local/cloud/types.ts';
import { startWorld, type World } from '../local/world.ts';
import { ROOT, type Say } from './result.ts';

/** Runs `work` over a fresh local cloud with its sandbox, and throws both away afterwards. */
export async function inFreshWorld<T>(
  speed: number,
  say: Say,
  work: (world: World, callsFile: string) => Promise<T>,
  preload?: string,
): Promise<T> {
  const { assembly } = await buildAssembly({ root: ROOT, log: say });
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const log = (line: string): void => {
    if (!line.startsWith('sandbox ')) say(`  ${line}`);
  };
  const callsFile = join(dataDir, 'calls.jsonl');
  // biome-ignore lint/style/noProcessEnv: handed on to the process of the cloud, where watch-cloud.ts reads it
  process.env.HOLDFAST_BENCH_CALLS = callsFile;
  const world = await startWorld({
    assembly,
    dataDir,
    port: 0,
    speed,
    log,
    ...(preload !== undefined && { preload }),
  });
  try {
    return await work(world, callsFile);
  } finally {
    await world.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The name of one of the template's tables, by its construct's name. */
export function tableNamed(resources: readonly Resource[], construct: string): string {
  const table = resources.find(
    ({ type, path }) => /^AWS::DynamoDB::(Global)?Table$/.test(type) && path.split('/').includes(construct),
  );
  const name = table === undefined ? undefined : identify(table).Ref;
  if (name === undefined) throw new Error(`the template has no table ${construct}`);
  return name;
}
