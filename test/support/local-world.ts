import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { buildAssembly } from '../../local/build.ts';
import { startWorld, type World } from '../../local/world.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Slower than the demo: a machine three times slower than ours must still read health often enough to confirm anything. */
const SPEED = 8;

export type TestWorld = World & {
  readonly end: () => Promise<void>;
  /** Everything that functions have written to their logs. */
  readonly logText: () => string;
  /** One column of a table of the local cloud that no interface shows: the bus's archive, queues, objects. */
  readonly kept: (table: string, column: string) => readonly string[];
  /** What the forge keeps of each repository besides git: pull requests, issues, comments, reviews, checks. */
  readonly forgeText: () => string;
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
    kept: (table, column) => columnOf(join(dataDir, 'cloud', 'cloud.sqlite'), table, column),
    forgeText: () => recordsOf(join(dataDir, 'sandbox', 'forge')),
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

/** Beside the process that writes: the file's journal lets readers read. */
function columnOf(file: string, table: string, column: string): readonly string[] {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  try {
    const rows = database.prepare(`SELECT CAST(${column} AS TEXT) AS text FROM ${table}`).all();
    return rows.map(({ text }) => String(text));
  } finally {
    database.close();
  }
}

function recordsOf(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^[^/]+\/[^/]+\.json$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}

/** Each fact is one line in CloudWatch's embedded format. */
function metricSum(text: string, name: string): number {
  return text
    .split('\n')
    .filter((line) => line.includes(`"${name}"`) && line.includes('"_aws"'))
    .reduce((sum, line) => sum + Number(JSON.parse(line)[name] ?? 0), 0);
}
