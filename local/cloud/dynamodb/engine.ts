import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../aws/database.ts';
import { freePort } from '../aws/listening.ts';

export type Engine = { readonly endpoint: string; readonly close: () => Promise<void> };

const START_LIMIT_MS = 10_000;
// Dynoxide 1.2.1 looks up the last sequence number of a table at each write, in a table without this index: without it
// writes to a table with a stream slow down quadratically (450/s at first, 228/s after 8,000 records).
const STREAM_INDEX = `CREATE INDEX IF NOT EXISTS holdfast_stream_sequence
  ON _stream_records (table_name, CAST(sequence_number AS INTEGER))`;

/**
 * Starts the DynamoDB engine on a free loopback port over a file in the data folder, or uses the one that `endpoint`
 * names. Throws one line that says what is missing when there is no engine for this machine.
 */
export async function startEngine(options: {
  readonly dataDir: string;
  readonly endpoint?: string;
}): Promise<Engine> {
  if (options.endpoint !== undefined) return { endpoint: options.endpoint, close: async () => undefined };
  mkdirSync(options.dataDir, { recursive: true });
  const file = join(options.dataDir, 'dynamodb.sqlite');
  const pidFile = join(options.dataDir, 'dynamodb.pid');
  await endLeftover(pidFile, file);
  const port = await freePort();
  const child = spawn(binary(), ['serve', '--port', String(port), '--db-path', file], { stdio: 'ignore' });
  writeFileSync(pidFile, String(child.pid));
  // However this process ends, short of SIGKILL, the engine ends with it.
  const end = (): void => void child.kill('SIGTERM');
  process.once('exit', end);
  const endpoint = `http://127.0.0.1:${port}/`;
  await answering(endpoint, child);
  const database = openDatabase(file);
  database.exec(STREAM_INDEX);
  database.close();
  return {
    endpoint,
    close: async () => {
      process.removeListener('exit', end);
      await ended(child);
      rmSync(pidFile, { force: true });
    },
  };
}

function binary(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}/package.json`;
  try {
    return join(createRequire(import.meta.url).resolve(name), '..', 'dynoxide');
  } catch {
    // biome-ignore lint/style/noProcessEnv: the PATH is where a machine without the package has its own engine
    const folders = (process.env.PATH ?? '').split(delimiter);
    const found = folders.map((folder) => join(folder, 'dynoxide')).find((path) => existsSync(path));
    if (found !== undefined) return found;
  }
  throw new Error(
    `no DynamoDB engine for ${process.platform}-${process.arch}: put \`dynoxide\` 1.2.1 on the PATH or name an endpoint in HOLDFAST_DYNAMODB_ENDPOINT`,
  );
}

/** A killed cloud leaves its engine behind, which still holds the file: it is ended before the next one starts. */
async function endLeftover(pidFile: string, file: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  for (let tries = 0; tries < 100 && runs(pid, file); tries += 1) {
    process.kill(pid, tries < 50 ? 'SIGTERM' : 'SIGKILL');
    await sleep(20);
  }
}

/** Whether the process is the engine of this very file: a process id may have been given to somebody else since. */
function runs(pid: number, file: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(file);
  } catch {
    return false;
  }
}

async function answering(endpoint: string, child: ChildProcess): Promise<void> {
  const limit = Date.now() + START_LIMIT_MS;
  while (Date.now() < limit) {
    if (child.exitCode !== null) throw new Error(`the DynamoDB engine ended with ${child.exitCode}`);
    try {
      await fetch(endpoint);
      return;
    } catch {
      await sleep(10);
    }
  }
  throw new Error('the DynamoDB engine does not answer');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('exit', () => resolve());
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
  await promise;
  clearTimeout(timer);
}
