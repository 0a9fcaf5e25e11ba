import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { numberAt } from '../aws/shapes.ts';
import type { FunctionError, Outcome } from './messages.ts';

const SCHEMA = `CREATE TABLE IF NOT EXISTS invocations (
  id TEXT PRIMARY KEY, functionName TEXT NOT NULL, payload TEXT NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL,
  acceptedAt INTEGER NOT NULL)`;
// Lambda waits one minute before the second attempt and two before the third.
const RETRY_DELAYS_MS = [60_000, 120_000];

type Row = {
  readonly id: string;
  readonly functionName: string;
  readonly payload: string;
  readonly attempts: number;
  readonly due: number;
  readonly acceptedAt: number;
};

/** An event that a function did not take, after its last attempt. */
export type Abandoned = {
  readonly requestId: string;
  readonly functionName: string;
  readonly payload: string;
  readonly attempts: number;
  readonly error: FunctionError;
};

export type AsyncQueue = {
  /** Stores the event, then runs it. Gives the request's id. */
  readonly accept: (functionName: string, payload: string) => string;
  /** Runs what an earlier process left. */
  readonly resume: () => void;
  readonly close: () => void;
};

/** Asynchronous invocations: stored before they run, so at least once over a kill, and tried again as Lambda does. */
export function createAsyncQueue(options: {
  readonly database: DatabaseSync;
  readonly run: (functionName: string, requestId: string, payload: string) => Promise<Outcome>;
  readonly retries: (functionName: string) => number;
  readonly speed: number;
  readonly onAbandoned: (event: Abandoned) => Promise<void>;
  readonly log: (line: string) => void;
}): AsyncQueue {
  const { database } = options;
  database.exec(SCHEMA);
  const timers = new Set<NodeJS.Timeout>();
  let closed = false;

  const schedule = (row: Row): void => {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        attempt(row).catch((thrown: unknown) => options.log(`async ${row.functionName}: ${String(thrown)}`));
      },
      Math.max(0, row.due - Date.now()),
    );
    timers.add(timer);
  };

  const attempt = async (row: Row): Promise<void> => {
    const outcome = await options.run(row.functionName, row.id, row.payload);
    if (closed) return;
    const attempts = row.attempts + 1;
    if ('error' in outcome) {
      options.log(`async ${row.functionName}: ${outcome.error.errorType}: ${outcome.error.errorMessage}`);
      const delay = RETRY_DELAYS_MS[row.attempts];
      if (delay !== undefined && attempts <= options.retries(row.functionName)) {
        const due = Date.now() + delay / options.speed;
        database
          .prepare('UPDATE invocations SET attempts = ?, due = ? WHERE id = ?')
          .run(attempts, due, row.id);
        schedule({ ...row, attempts, due });
        return;
      }
      const { functionName, payload } = row;
      await options.onAbandoned({ requestId: row.id, functionName, payload, attempts, error: outcome.error });
    }
    database.prepare('DELETE FROM invocations WHERE id = ?').run(row.id);
  };

  return {
    accept: (functionName, payload) => {
      const now = Date.now();
      const row: Row = { id: randomUUID(), functionName, payload, attempts: 0, due: now, acceptedAt: now };
      database
        .prepare('INSERT INTO invocations VALUES (?, ?, ?, 0, ?, ?)')
        .run(row.id, functionName, payload, now, now);
      schedule(row);
      return row.id;
    },
    resume: () => {
      for (const row of database.prepare('SELECT * FROM invocations ORDER BY acceptedAt').all()) {
        schedule({ ...(row as Row), due: numberAt(row, 'due') ?? 0 });
      }
    },
    close: () => {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
