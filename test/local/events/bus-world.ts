import { DatabaseSync } from 'node:sqlite';
import type { DeliveryTarget } from '../../../local/cloud/events/delivery.ts';
import { createEvents, type Events, type EventsOptions } from '../../../local/cloud/events/events.ts';
import type { Resource } from '../../../local/cloud/types.ts';

export type Delivered = { readonly target: DeliveryTarget; readonly payload: unknown };

/** A bus of these resources whose deliveries are kept; `until` waits for a number of them. */
export type World = {
  readonly events: Events;
  readonly database: DatabaseSync;
  readonly delivered: readonly Delivered[];
  readonly logged: readonly string[];
  readonly until: (count: number) => Promise<void>;
  readonly pending: () => number;
};

export function world(resources: readonly Resource[], options: Partial<EventsOptions> = {}): World {
  const database = options.database ?? new DatabaseSync(':memory:');
  const delivered: Delivered[] = [];
  const logged: string[] = [];
  const events = createEvents({
    resources,
    now: Date.now,
    speed: 10_000,
    fault: async () => {},
    log: (line) => void logged.push(line),
    ...options,
    database,
    deliver: async (target, payload) => {
      await options.deliver?.(target, payload);
      delivered.push({ target, payload });
    },
  });
  const pending = () => Number(database.prepare('SELECT count(*) AS n FROM event_deliveries').get()?.n);
  const until = async (count: number) => {
    const deadline = Date.now() + 5000;
    while (delivered.length < count || pending() > 0) {
      if (Date.now() > deadline) throw new Error(`only ${delivered.length} deliveries, ${pending()} pending`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  return { events, database, delivered, logged, until, pending };
}

export const BUS: Resource = bus('AWS::Events::EventBus', 'Bus', { Name: 'holdfast' });

/** A rule `Rule` on the bus `holdfast` for source `a.b`, with one target. */
export function rule(
  target: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
): Resource {
  const Targets = [{ Id: 'T0', Arn: 'arn:aws:lambda:x:y:function:f', ...target }];
  return bus('AWS::Events::Rule', 'Rule', {
    EventBusName: 'holdfast',
    EventPattern: { source: ['a.b'] },
    Targets,
    ...more,
  });
}

export function bus(
  type: string,
  logicalId: string,
  properties: Readonly<Record<string, unknown>>,
): Resource {
  return { type, logicalId, stack: 'App', path: `App/${logicalId}`, properties: { ...properties } };
}

export function entry(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { Source: 'a.b', DetailType: 'Done', Detail: '{"n":1}', EventBusName: 'holdfast', ...more };
}
