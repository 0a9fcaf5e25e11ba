import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { FunctionError } from '../types.ts';
import type { Outcome } from './messages.ts';

const SCHEMA = `CREATE TABLE IF NOT EXISTS invocations (
  id TEXT PRIMARY KEY, functionName TEXT NOT NULL, payload TEXT NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL)`;
// Lambda waits one minute before the second attempt and two before the third.
const RETRY_DELAYS_MS = [60_000, 120_000];

/** An asynchronous event on its way; `attempts` that were made, `due` in ms since 1970. */
export type Invocation = {
  readonly id: string;
  readonly functionName: string;
  readonly payload: string;
  readonly attempts: number;
  readonly due: number;
};

/** Asynchronous invocations: stored before they run, so at least once over a kill, and tried again as Lambda does. */
export function createAsyncQueue(options: {
  readonly database: DatabaseSync;
  readonly run: (functionName: string, requestId: string, payload: string) => Promise<Outcome>;
  readonly retries: (functionName: string) => number;
  readonly speed: number;
  /** Takes an event that the function did not take, after its last attempt. */
  readonly abandon: (event: Invocation, error: FunctionError) => Promise<void>;
  readonly log: (line: string) => void;
}) {
  const { database, log } = options;
  database.exec(SCHEMA);
  const insert = database.prepare('INSERT INTO invocations VALUES (?, ?, ?, ?, ?)');
  const postpone = database.prepare('UPDATE invocations SET attempts = ?, due = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM invocations WHERE id = ?');
  const timers = new Set<NodeJS.Timeout>();
  let closed = false;

  const schedule = (event: Invocation): void => {
    const start = (): void => {
      timers.delete(timer);
      attempt(event).catch((thrown: unknown) => log(`async ${event.functionName}: ${String(thrown)}`));
    };
    const timer = setTimeout(start, Math.max(0, event.due - Date.now()));
    timers.add(timer);
  };

  const attempt = async (event: Invocation): Promise<void> => {
    const { id, functionName, payload } = event;
    const outcome = await options.run(functionName, id, payload);
    if (closed) return;
    if ('error' in outcome) {
      const { error } = outcome;
      log(`async ${functionName}: ${error.errorType}: ${error.errorMessage}`);
      const attempts = event.attempts + 1;
      const delay = RETRY_DELAYS_MS[event.attempts];
      if (delay !== undefined && attempts <= options.retries(functionName)) {
        const due = Math.round(Date.now() + delay / options.speed);
        postpone.run(attempts, due, id);
        schedule({ ...event, attempts, due });
        return;
      }
      await options.abandon({ ...event, attempts }, error);
    }
    remove.run(id);
  };

  return {
    /** Stores the event, then runs it. */
    accept: (functionName: string, payload: string): void => {
      const event: Invocation = { id: randomUUID(), functionName, payload, attempts: 0, due: Date.now() };
      insert.run(event.id, functionName, payload, event.attempts, event.due);
      schedule(event);
    },
    /** Runs what an earlier process left. */
    resume: (): void => {
      for (const row of database.prepare('SELECT * FROM invocations ORDER BY rowid').all()) {
        schedule(row as Invocation);
      }
    },
    close: (): void => {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
