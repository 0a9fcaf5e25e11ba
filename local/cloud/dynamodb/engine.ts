import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../aws/database.ts';
import { freePort } from '../aws/listening.ts';

const START_LIMIT_MS = 10_000;
const END_LIMIT_MS = 3000;
// Becomes the engine, and ends it when the input closes: that happens however the cloud ends, SIGKILL included.
const WATCHED = 'exec 3<&0; { cat <&3 >/dev/null; kill $$; } & exec "$0" "$@" 3<&-';
// Dynoxide 1.2.1 looks up the last sequence number of a table at each write, in a table without this index: without it
// writes to a table with a stream slow down quadratically (450/s at first, 228/s after 8,000 records).
const STREAM_INDEX = `CREATE INDEX IF NOT EXISTS holdfast_stream_sequence
  ON _stream_records (table_name, CAST(sequence_number AS INTEGER))`;

/**
 * Starts the DynamoDB engine on a free loopback port over a file in the data folder, or uses the one that `endpoint`
 * names. Throws one line that says what is missing when there is no engine for this machine.
 */
export async function startEngine(options: { readonly dataDir: string; readonly endpoint?: string }) {
  if (options.endpoint !== undefined) return { endpoint: options.endpoint, close: async () => {} };
  mkdirSync(options.dataDir, { recursive: true });
  const file = join(options.dataDir, 'dynamodb.sqlite');
  const port = await freePort();
  const serve = [binary(), 'serve', '--port', String(port), '--db-path', file];
  // A group of its own: Ctrl-C reaches only the cloud, which ends the engine after its last write.
  const child = spawn('/bin/sh', ['-c', WATCHED, ...serve], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // For those who watch it: the shell has become the engine.
  writeFileSync(join(options.dataDir, 'dynamodb.pid'), String(child.pid));
  const endpoint = `http://127.0.0.1:${port}/`;
  await answering(endpoint, child);
  const database = openDatabase(file);
  database.exec(STREAM_INDEX);
  database.close();
  return {
    endpoint,
    close: async (): Promise<void> => {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** The engine of this machine's package; without one, the shell looks for it on the PATH. */
function binary(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}/package.json`;
  try {
    return join(createRequire(import.meta.url).resolve(name), '..', 'dynoxide');
  } catch {
    return 'dynoxide';
  }
}

async function answering(endpoint: string, child: ChildProcess): Promise<void> {
  const limit = Date.now() + START_LIMIT_MS;
  while (Date.now() < limit && child.exitCode === null) {
    try {
      await fetch(endpoint);
      return;
    } catch {
      await sleep(10);
    }
  }
  throw new Error(
    child.exitCode === 127
      ? `no DynamoDB engine for ${process.platform}-${process.arch}: put \`dynoxide\` 1.2.1 on the PATH or name an endpoint in HOLDFAST_DYNAMODB_ENDPOINT`
      : `the DynamoDB engine does not answer (${child.exitCode ?? 'it still runs'})`,
  );
}
