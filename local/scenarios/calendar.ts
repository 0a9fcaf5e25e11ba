import type { World } from '../world.ts';

/** The one service that the calendar of the demo freezes. */
export const FROZEN_SERVICE = 'invoices';
export const FREEZE = 'year-end-close';
const DAY_MS = 86_400_000;
const put = new WeakMap<World, Promise<void>>();

/**
 * The policies that Holdfast comes with, under a calendar of our own: it freezes one service today. The calendar that they come
 * with (no deployment on Friday afternoons) would end every journey otherwise on a Friday afternoon. Once a world.
 */
export function putCalendar(world: World): Promise<void> {
  const before = put.get(world);
  const asked = before ?? replaceCalendars(world);
  put.set(world, asked);
  return asked;
}

async function replaceCalendars(world: World): Promise<void> {
  const { policies, exceptions, compliance } = (await world.api('GET', '/v1/policies')) as Readonly<
    Record<string, unknown>
  >;
  const day = (offset: number) => new Date(Date.now() + offset * DAY_MS).toISOString().slice(0, 10);
  // from yesterday to tomorrow: it holds over a midnight
  const dates = [{ from: day(-1), to: day(1), name: 'the books are being closed' }];
  const calendars = { [FREEZE]: { zone: 'UTC', weekly: [], dates, services: [FROZEN_SERVICE] } };
  await world.api('PUT', '/v1/policies', { policies, exceptions, compliance, calendars });
}
