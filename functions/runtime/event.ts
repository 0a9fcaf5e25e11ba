import * as z from 'zod';
import { type EventHandler, task } from './task.ts';

/** A handler of events from EventBridge; `schema` is of the whole event. Throwing makes EventBridge try again, then the dead-letter queue. */
export function onEvent<Event>(
  schema: z.ZodType<Event>,
  useCase: (event: Event) => Promise<unknown>,
): EventHandler<void> {
  return task(schema, async (event) => {
    await useCase(event);
  });
}

/** A handler of a schedule: what the schedule says is of no interest. */
export function onSchedule(useCase: () => Promise<unknown>): EventHandler<void> {
  return onEvent(z.unknown(), useCase);
}
