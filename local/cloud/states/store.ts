import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../aws/database.ts';
import type { Execution } from './engine.ts';
import { type EventDraft, type HistoryEvent, historyEvent } from './history.ts';

/** Where executions, their tokens and their events are kept, as JSON under what they are found by. */
export type StateStore = ReturnType<typeof stateStore>;

/** A task token: of which execution, and the answer (JSON text) once it has one. */
type Token = { readonly execution: string; readonly output?: string };

// Whose machine a token is, the one door to all services asks these tables too, for IAM.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS execution (arn TEXT PRIMARY KEY, machine TEXT, status TEXT, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, execution TEXT NOT NULL, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS event (execution TEXT, id INTEGER, body TEXT NOT NULL, PRIMARY KEY (execution, id));
`;

/** Opens the tables in a database, which may be shared with other services. */
export function stateStore(database: DatabaseSync) {
  database.exec(SCHEMA);
  const query = <T>(sql: string) => {
    const statement = database.prepare(sql);
    return (...keys: string[]): readonly T[] =>
      statement.all(...keys).map((row) => JSON.parse(String(row.body)));
  };
  const execution = query<Execution>('SELECT body FROM execution WHERE arn = ?');
  const putExecution = database.prepare('INSERT OR REPLACE INTO execution VALUES (?, ?, ?, ?)');
  const token = query<Token>('SELECT body FROM token WHERE token = ?');
  const putToken = database.prepare('INSERT OR REPLACE INTO token VALUES (?, ?, ?)');
  const last = database.prepare('SELECT max(id) AS id FROM event WHERE execution = ?');
  const putEvent = database.prepare('INSERT INTO event VALUES (?, ?, ?)');
  const lastEvent = (arn: string): number => Number(last.get(arn)?.id ?? 0);
  return {
    transact: <T>(work: () => T): T => inTransaction(database, work),
    putExecution: (one: Execution): void =>
      void putExecution.run(one.arn, one.machineArn, one.status, JSON.stringify(one)),
    execution: (arn: string) => execution(arn)[0],
    running: query<Execution>("SELECT body FROM execution WHERE status = 'RUNNING'"),
    putToken: (text: string, one: Token): void => void putToken.run(text, one.execution, JSON.stringify(one)),
    token: (text: string) => token(text)[0],
    lastEvent,
    /** Appends events in order, each naming the one before it; gives the id of the last. */
    appendEvents: (arn: string, drafts: readonly EventDraft[], now: number): number => {
      const before = lastEvent(arn);
      for (const [index, draft] of drafts.entries()) {
        const id = before + index + 1;
        const event = historyEvent(draft, { id, previousEventId: id - 1, timestamp: now / 1000 });
        putEvent.run(arn, id, JSON.stringify(event));
      }
      return before + drafts.length;
    },
    history: query<HistoryEvent>('SELECT body FROM event WHERE execution = ? ORDER BY id'),
  };
}
