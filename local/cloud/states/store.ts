import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../aws/database.ts';
import type { Execution, Frame, Token } from './frame.ts';
import { type EventDraft, type HistoryEvent, historyEvent } from './history.ts';

/** Where executions, their frames ("steps"), tokens and events are kept, as JSON under what they are found by. */
export type StateStore = ReturnType<typeof stateStore>;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS execution (arn TEXT PRIMARY KEY, machine TEXT, status TEXT, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS step (execution TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY (execution, id));
  CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, execution TEXT, step TEXT, body TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS token_by_step ON token (execution, step);
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
  const write = (sql: string) => {
    const statement = database.prepare(sql);
    return (...values: (string | number)[]): void => void statement.run(...values);
  };
  const putExecution = write('INSERT OR REPLACE INTO execution VALUES (?, ?, ?, ?)');
  const execution = query<Execution>('SELECT body FROM execution WHERE arn = ?');
  const putFrame = write('INSERT OR REPLACE INTO step VALUES (?, ?, ?)');
  const frame = query<Frame>('SELECT body FROM step WHERE execution = ? AND id = ?');
  const putToken = write('INSERT OR REPLACE INTO token VALUES (?, ?, ?, ?)');
  const token = query<Token>('SELECT body FROM token WHERE token = ?');
  const tokensOf = query<Token>('SELECT body FROM token WHERE execution = ? AND step = ?');
  const store = (one: Token): void => putToken(one.token, one.execution, one.frame, JSON.stringify(one));
  return {
    transact: <T>(work: () => T): T => inTransaction(database, work),
    putExecution: (one: Execution): void =>
      putExecution(one.arn, one.machineArn, one.status, JSON.stringify(one)),
    execution: (arn: string) => execution(arn)[0],
    executionsOf: query<Execution>('SELECT body FROM execution WHERE machine = ?'),
    running: query<Execution>("SELECT body FROM execution WHERE status = 'RUNNING'"),
    putFrame: (arn: string, one: Frame): void => putFrame(arn, one.id, JSON.stringify(one)),
    frame: (arn: string, id: string) => frame(arn, id)[0],
    frames: query<Frame>('SELECT body FROM step WHERE execution = ?'),
    dropFrame: write('DELETE FROM step WHERE execution = ? AND id = ?'),
    putToken: store,
    token: (text: string) => token(text)[0],
    /** Nobody can answer the tokens of this frame any more. */
    spendTokens: (arn: string, frameId: string): void => {
      for (const one of tokensOf(arn, frameId)) store({ ...one, outcome: one.outcome ?? 'spent' });
    },
    ...events(database, write('INSERT INTO event VALUES (?, ?, ?)')),
    history: query<HistoryEvent>('SELECT body FROM event WHERE execution = ? ORDER BY id'),
  };
}

function events(database: DatabaseSync, put: (...values: (string | number)[]) => void) {
  const last = database.prepare('SELECT max(id) AS id FROM event WHERE execution = ?');
  const lastEvent = (arn: string): number => Number(last.get(arn)?.id ?? 0);
  return {
    lastEvent,
    /** Appends events in order, each naming the one before it in its frame; gives the id of the last. */
    appendEvents: (arn: string, drafts: readonly EventDraft[], previous: number, now: number): number => {
      const before = lastEvent(arn);
      drafts.forEach((draft, index) => {
        const id = before + index + 1;
        const previousEventId = index === 0 ? previous : id - 1;
        put(arn, id, JSON.stringify(historyEvent(draft, { id, previousEventId, timestamp: now / 1000 })));
      });
      return drafts.length === 0 ? previous : before + drafts.length;
    },
  };
}
