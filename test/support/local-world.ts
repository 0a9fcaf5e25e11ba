import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAssembly } from '../../local/build.ts';
import { startWorld, type World } from '../../local/world.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Slower than the demo: a machine three times slower than ours must still read health often enough to confirm anything. */
const SPEED = 8;

export type TestWorld = World & {
  readonly end: () => Promise<void>;
  /** Everything that functions have written to their logs. */
  readonly logText: () => string;
  /** The sum of a metric over all that was written, whatever its dimensions. */
  readonly metric: (name: string) => number;
};

/** A fresh local cloud with its sandbox, in a folder that is gone afterwards. */
export async function freshWorld(): Promise<TestWorld> {
  const { assembly } = await buildAssembly({ root: ROOT, log: () => {} });
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const world = await startWorld({ assembly, dataDir, port: 0, speed: SPEED, log: () => {} });
  const text = () => logText(join(dataDir, 'cloud', 'logs'));
  return {
    ...world,
    logText: text,
    metric: (name) => metricSum(text(), name),
    end: async () => {
      await world.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function logText(folder: string): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
}

/** Each fact is one line in CloudWatch's embedded format. */
function metricSum(text: string, name: string): number {
  return text
    .split('\n')
    .filter((line) => line.includes(`"${name}"`) && line.includes('"_aws"'))
    .reduce((sum, line) => sum + Number(JSON.parse(line)[name] ?? 0), 0);
}
