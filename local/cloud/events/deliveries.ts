import type { DatabaseSync } from 'node:sqlite';
import type { FaultHook } from '../types.ts';
import { afterFailure, attempt, type Deliver, type Pending } from './delivery.ts';
import type { BusEvent } from './put-events.ts';
import type { Rule } from './rules.ts';

type DeliveryOptions = {
  readonly database: DatabaseSync;
  readonly rules: readonly Rule[];
  readonly deliver: Deliver;
  readonly now: () => number;
  readonly speed: number;
  readonly fault: FaultHook;
  readonly log: (line: string) => void;
};

export type Deliveries = {
  /** Stores one delivery per target; they run from `start` on, and never before this returns. */
  readonly enqueue: (routes: readonly { readonly rule: Rule; readonly event: BusEvent }[]) => void;
  /** Takes up what an earlier run left undone. */
  readonly start: () => void;
  /** Lets running deliveries end; the rest stays stored. */
  readonly close: () => Promise<void>;
};

const MOST_AT_ONCE = 64;

const SCHEMA = `CREATE TABLE IF NOT EXISTS event_deliveries (
  id INTEGER PRIMARY KEY, rule TEXT NOT NULL, target TEXT NOT NULL, event TEXT NOT NULL,
  since INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, letter TEXT)`;

/**
 * At-least-once delivery: a delivery is stored before it starts and forgotten only after the target took it, so a
 * killed process delivers again. Retries run `speed` times as fast.
 */
export function createDeliveries(options: DeliveryOptions): Deliveries {
  const { database, now, speed, deliver, fault, log } = options;
  database.exec(SCHEMA);
  const insert = database.prepare(
    'INSERT INTO event_deliveries (rule, target, event, since) VALUES (?, ?, ?, ?)',
  );
  const remove = database.prepare('DELETE FROM event_deliveries WHERE id = ?');
  const update = database.prepare('UPDATE event_deliveries SET attempts = ?, letter = ? WHERE id = ?');
  const waiting: Pending[] = [...stored(options)];
  const running = new Set<Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  let open = false;

  const pump = () => {
    while (open && running.size < MOST_AT_ONCE) {
      const next = waiting.shift();
      if (next === undefined) return;
      const task = run(next).finally(() => {
        running.delete(task);
        pump();
      });
      running.add(task);
    }
  };
  const run = async (pending: Pending) => {
    try {
      await attempt(pending, deliver, fault);
      remove.run(pending.id);
    } catch (cause) {
      const what = `delivery of ${pending.event.id} by ${pending.rule.name} to ${pending.target.arn}`;
      log(`${what} failed: ${String(cause)}`);
      if (open) retry(pending, cause);
    }
  };
  const retry = (pending: Pending, cause: unknown) => {
    const after = afterFailure(pending, cause, (now() - pending.since) * speed);
    if (after === undefined) {
      remove.run(pending.id);
      return;
    }
    const { next, delay } = after;
    update.run(next.attempts, next.letter === undefined ? null : JSON.stringify(next.letter), next.id);
    const timer = setTimeout(() => {
      timers.delete(timer);
      waiting.push(next);
      pump();
    }, delay / speed);
    timers.add(timer);
  };
  return {
    enqueue: (routes) => {
      const since = now();
      for (const { rule, event } of routes) {
        for (const target of rule.targets) {
          const { lastInsertRowid } = insert.run(rule.arn, target.id, JSON.stringify(event), since);
          waiting.push({ id: Number(lastInsertRowid), rule, target, event, since, attempts: 0 });
        }
      }
      setImmediate(pump);
    },
    start: () => {
      open = true;
      pump();
    },
    close: async () => {
      open = false;
      for (const timer of timers) clearTimeout(timer);
      await Promise.allSettled(running);
    },
  };
}

/** What the last run stored and did not finish. A delivery whose rule or target is gone is dropped, and said. */
function stored({ database, rules, log }: DeliveryOptions): readonly Pending[] {
  const rows = database.prepare('SELECT * FROM event_deliveries ORDER BY id').all();
  return rows.flatMap((row): readonly Pending[] => {
    const [id, since, attempts] = [Number(row.id), Number(row.since), Number(row.attempts)];
    const rule = rules.find(({ arn }) => arn === row.rule);
    const target = rule?.targets.find((one) => one.id === row.target);
    if (rule === undefined || target === undefined) {
      log(`delivery ${id} by ${String(row.rule)} is dropped: the template lost its rule or target`);
      database.prepare('DELETE FROM event_deliveries WHERE id = ?').run(id);
      return [];
    }
    const letter = row.letter === null ? {} : { letter: JSON.parse(String(row.letter)) };
    return [{ id, rule, target, event: JSON.parse(String(row.event)), since, attempts, ...letter }];
  });
}
