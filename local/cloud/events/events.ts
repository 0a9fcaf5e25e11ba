import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../aws/database.ts';
import { AwsFailure, type AwsService, type FaultHook, type Resource } from '../types.ts';
import { createDeliveries } from './deliveries.ts';
import type { Deliver } from './delivery.ts';
import { type BusEvent, busEvent, readEntries } from './put-events.ts';
import { type Routing, type Rule, readRouting } from './rules.ts';
import { runSchedule } from './schedule.ts';

export type EventsOptions = {
  readonly resources: readonly Resource[];
  readonly database: DatabaseSync;
  /** Hands a payload to a target: invokes a function asynchronously, sends to a queue, starts an execution. */
  readonly deliver: Deliver;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How many times faster schedules and retries run; >= 1. */
  readonly speed: number;
  readonly fault: FaultHook;
  readonly log: (line: string) => void;
  readonly id?: () => string;
};

export type PutEventsResult = {
  readonly FailedEntryCount: number;
  readonly Entries: readonly Readonly<Record<string, string>>[];
};

export type Events = {
  readonly service: AwsService;
  /** Takes up stored deliveries and starts the schedules. */
  readonly start: () => void;
  readonly close: () => Promise<void>;
  /** Throws AwsFailure for a call that AWS refuses whole. */
  readonly putEvents: (entries: unknown) => PutEventsResult;
};

const ARCHIVE_SCHEMA = `CREATE TABLE IF NOT EXISTS event_archive (
  id INTEGER PRIMARY KEY, archive TEXT NOT NULL, at INTEGER NOT NULL, event TEXT NOT NULL)`;
const DAY_MS = 86_400_000;

/** EventBridge as the template declares it. Throws for a rule it cannot run. */
export function createEvents(options: EventsOptions): Events {
  const { resources, database, now, speed, log, id = randomUUID } = options;
  const routing = readRouting(resources);
  database.exec(ARCHIVE_SCHEMA);
  const archive = database.prepare('INSERT INTO event_archive (archive, at, event) VALUES (?, ?, ?)');
  const deliveries = createDeliveries({ ...options, rules: routing.rules });

  const publish = (published: readonly { readonly bus: string; readonly event: BusEvent }[]) => {
    // All or nothing: an event that was answered for has its deliveries stored.
    inTransaction(database, () => {
      for (const { bus, event } of published) {
        const keepers = routing.archives.filter((keeper) => keeper.bus === bus && keeper.matches(event));
        for (const { name } of keepers) archive.run(name, now(), JSON.stringify(event));
      }
      const on = (bus: string) => routing.rules.filter((rule) => rule.bus === bus);
      const routes = published.flatMap(({ bus, event }) =>
        on(bus).flatMap((rule) => (rule.matches(event) ? { rule, event } : [])),
      );
      deliveries.enqueue(routes);
    });
  };
  const putEvents = (entries: unknown): PutEventsResult => {
    const read = readEntries(entries, routing.buses, { id, now });
    publish(read.filter((entry) => 'event' in entry));
    return {
      FailedEntryCount: read.filter((entry) => !('event' in entry)).length,
      Entries: read.map((entry) => ('event' in entry ? { EventId: entry.event.id } : entry)),
    };
  };
  const stops: (() => void)[] = [];
  const tick = (rule: Rule) => {
    const from = { source: 'aws.events', 'detail-type': 'Scheduled Event', resources: [rule.arn] };
    deliveries.enqueue([{ rule, event: busEvent({ id: id(), ...from, detail: {} }, now()) }]);
  };
  return {
    putEvents,
    service: async (action, input) => {
      if (action === 'PutEvents') return putEvents(input.Entries);
      throw new AwsFailure('UnknownOperationException', `events:${action} is not run locally`);
    },
    start: () => {
      prune(database, routing.archives, now());
      deliveries.start();
      for (const rule of routing.rules) {
        if (rule.interval === undefined) continue;
        stops.push(runSchedule(rule.interval / speed, now, () => tick(rule)));
        log(`${rule.name} fires every ${rule.interval / speed / 1000} s`);
      }
    },
    close: async () => {
      for (const stop of stops) stop();
      await deliveries.close();
    },
  };
}

function prune(database: DatabaseSync, archives: Routing['archives'], at: number): void {
  const remove = database.prepare('DELETE FROM event_archive WHERE archive = ? AND at < ?');
  for (const { name, retentionDays } of archives) {
    if (retentionDays > 0) remove.run(name, at - retentionDays * DAY_MS);
  }
}
