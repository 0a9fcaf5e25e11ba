import * as z from 'zod';
import { Fault, type Head, type Store } from '../kernel/index.ts';
import {
  type Action,
  AUTONOMY_LEVELS,
  type AutonomyLevel,
  AutonomySetting,
  DEPLOY_LEVELS,
  type DeployLevel,
  FIRST_LEVEL,
  KillSwitch,
} from './contract.ts';

/** The one item that says what Holdfast may do by itself. */
export const AUTONOMY_SUBJECT = { kind: 'autonomy', id: 'table' } as const;

/** A higher level that waits for another person: `id` is that of the approval by which they answer. */
const PendingRaise = z.object({
  id: z.string(),
  setting: AutonomySetting,
  /** The level when it was asked: where it is another one by now, the answer counts no more. */
  from: z.enum(DEPLOY_LEVELS),
  askedBy: z.string(),
  askedAt: z.string(),
  deadlineAt: z.string(),
});
export type PendingRaise = z.infer<typeof PendingRaise>;

const AutonomyData = z.object({
  v: z.literal(1),
  levels: z.record(z.string(), z.enum(DEPLOY_LEVELS)),
  killSwitch: KillSwitch,
  pending: z.array(PendingRaise).default([]),
});
export type AutonomyData = z.infer<typeof AutonomyData>;
export type AutonomyTable = { readonly head?: Head; readonly data: AutonomyData };
export type Place = { readonly service: string; readonly environment: string; readonly action: Action };

type Allowed<Level> = { readonly level: Level; readonly killSwitch: KillSwitch };
type At = Omit<Place, 'action'>;

/**
 * What may be done at a place, read now: never cached, and nothing stands in for an unreadable item.
 * Throws Fault('Malformed') when the stored level is none of the action's.
 */
export async function readAutonomy(
  deps: { readonly store: Store },
  place: At & { readonly action: 'rollback' },
): Promise<Allowed<AutonomyLevel>>;
export async function readAutonomy(
  deps: { readonly store: Store },
  place: At & { readonly action: 'deploy' },
): Promise<Allowed<DeployLevel>>;
export async function readAutonomy(
  deps: { readonly store: Store },
  place: Place,
): Promise<Allowed<DeployLevel>> {
  const { data } = await readAutonomyTable(deps);
  const stored = data.levels[placeKey(place)] ?? FIRST_LEVEL;
  const levels: readonly DeployLevel[] = place.action === 'rollback' ? AUTONOMY_LEVELS : DEPLOY_LEVELS;
  if (!levels.includes(stored)) throw new Fault('Malformed', `${stored} is no level of a ${place.action}`);
  return { level: stored, killSwitch: data.killSwitch };
}

/** The whole table. Throws Fault('Malformed') when the stored item is not one: nothing may be done then. */
export async function readAutonomyTable(deps: { readonly store: Store }): Promise<AutonomyTable> {
  const head = await deps.store.head(AUTONOMY_SUBJECT);
  if (head === undefined) return { data: { v: 1, levels: {}, killSwitch: { on: false }, pending: [] } };
  return { head, data: autonomyOf(head) };
}

/** Throws Fault('Malformed') when the head is not the autonomy table. */
export function autonomyOf(head: Head): AutonomyData {
  const data = AutonomyData.safeParse(head.data);
  if (data.success) return data.data;
  throw new Fault('Malformed', 'the stored autonomy table is not valid', { cause: data.error });
}

/** `<service>/<environment>/<action>` */
export function placeKey(place: Place): string {
  return `${place.service}/${place.environment}/${place.action}`;
}

/** The table as the API shows it. */
export function autonomyView(table: AutonomyTable) {
  const levels = Object.entries(table.data.levels).map(([key, level]) => {
    const [service, environment, action] = key.split('/');
    return { service, environment, action, level };
  });
  const { killSwitch, pending } = table.data;
  return { rev: table.head?.rev ?? 0, default: FIRST_LEVEL, levels, killSwitch, pending };
}
