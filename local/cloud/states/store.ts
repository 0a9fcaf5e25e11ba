import type { DatabaseSync } from 'node:sqlite';
import type { Execution, Frame, Token } from './frame.ts';
import { type EventDraft, type HistoryEvent, historyEvent } from './history.ts';

/** Where executions, their frames ("steps"), tokens and events are kept. Every method is one statement or a few. */
export type StateStore = ReturnType<typeof stateStore>;

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL; -- survives the death of the process, which is what is promised
  CREATE TABLE IF NOT EXISTS execution (arn TEXT PRIMARY KEY, machine TEXT NOT NULL, status TEXT NOT NULL, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS step (execution TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY (execution, id));
  CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, execution TEXT NOT NULL, step TEXT NOT NULL, body TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS token_by_step ON token (execution, step);
  CREATE TABLE IF NOT EXISTS event (execution TEXT, id INTEGER, body TEXT NOT NULL, PRIMARY KEY (execution, id));
`;

/** Opens the tables in a database, which may be shared with other services. */
export function stateStore(database: DatabaseSync) {
  database.exec(SCHEMA);
  return {
    transact: <T>(work: () => T): T => transact(database, work),
    ...executions(database),
    ...frames(database),
    ...tokens(database),
    ...events(database),
  };
}

function transact<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (thrown) {
    database.exec('ROLLBACK');
    throw thrown;
  }
}

function executions(database: DatabaseSync) {
  const put = database.prepare(
    `INSERT INTO execution VALUES (?, ?, ?, ?)
     ON CONFLICT (arn) DO UPDATE SET status = excluded.status, body = excluded.body`,
  );
  const get = database.prepare('SELECT body FROM execution WHERE arn = ?');
  const byMachine = database.prepare('SELECT body FROM execution WHERE machine = ? ORDER BY rowid DESC');
  const running = database.prepare("SELECT body FROM execution WHERE status = 'RUNNING'");
  return {
    putExecution: (execution: Execution): void => {
      put.run(execution.arn, execution.machineArn, execution.status, JSON.stringify(execution));
    },
    execution: (arn: string): Execution | undefined => read(get.get(arn)),
    executionsOf: (machineArn: string): readonly Execution[] =>
      byMachine.all(machineArn).map(parse<Execution>),
    running: (): readonly Execution[] => running.all().map(parse<Execution>),
  };
}

function frames(database: DatabaseSync) {
  const put = database.prepare(
    'INSERT INTO step VALUES (?, ?, ?) ON CONFLICT (execution, id) DO UPDATE SET body = excluded.body',
  );
  const get = database.prepare('SELECT body FROM step WHERE execution = ? AND id = ?');
  const all = database.prepare('SELECT body FROM step WHERE execution = ? ORDER BY rowid');
  const drop = database.prepare('DELETE FROM step WHERE execution = ? AND id = ?');
  return {
    putFrame: (execution: string, frame: Frame): void => {
      put.run(execution, frame.id, JSON.stringify(frame));
    },
    frame: (execution: string, id: string): Frame | undefined => read(get.get(execution, id)),
    frames: (execution: string): readonly Frame[] => all.all(execution).map(parse<Frame>),
    dropFrame: (execution: string, id: string): void => {
      drop.run(execution, id);
    },
  };
}

function tokens(database: DatabaseSync) {
  const put = database.prepare(
    'INSERT INTO token VALUES (?, ?, ?, ?) ON CONFLICT (token) DO UPDATE SET body = excluded.body',
  );
  const get = database.prepare('SELECT body FROM token WHERE token = ?');
  const ofFrame = database.prepare('SELECT body FROM token WHERE execution = ? AND step = ?');
  const putToken = (token: Token): void => {
    put.run(token.token, token.execution, token.frame, JSON.stringify(token));
  };
  const token = (text: string): Token | undefined => read(get.get(text));
  return {
    putToken,
    token,
    /** Nobody can answer the tokens of this frame any more. */
    spendTokens: (execution: string, frame: string): void => {
      const pending = ofFrame.all(execution, frame).map(parse<Token>);
      for (const one of pending) if (one.outcome === undefined) putToken({ ...one, outcome: 'spent' });
    },
  };
}

function events(database: DatabaseSync) {
  const put = database.prepare('INSERT INTO event VALUES (?, ?, ?)');
  const last = database.prepare('SELECT max(id) AS id FROM event WHERE execution = ?');
  const all = database.prepare('SELECT body FROM event WHERE execution = ? ORDER BY id');
  const lastEvent = (execution: string): number => Number(last.get(execution)?.id ?? 0);
  return {
    lastEvent,
    /** Appends events in order, each naming the one before it in its frame; gives the id of the last. */
    appendEvents: (
      execution: string,
      drafts: readonly EventDraft[],
      previous: number,
      now: number,
    ): number => {
      const before = lastEvent(execution);
      drafts.forEach((draft, index) => {
        const id = before + index + 1;
        const previousEventId = index === 0 ? previous : id - 1;
        const event = historyEvent(draft, { id, previousEventId, timestamp: now / 1000 });
        put.run(execution, id, JSON.stringify(event));
      });
      return drafts.length === 0 ? previous : before + drafts.length;
    },
    history: (execution: string): readonly HistoryEvent[] => all.all(execution).map(parse<HistoryEvent>),
  };
}

const parse = <T>(row: Record<string, unknown>): T => JSON.parse(String(row.body));

function read<T>(row: Record<string, unknown> | undefined): T | undefined {
  return row === undefined ? undefined : parse<T>(row);
}
