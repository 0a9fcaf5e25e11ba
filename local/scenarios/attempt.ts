import type { World } from '../world.ts';
import type { Measured, Tell, TimelineEntry } from './scenario.ts';

/** The fields of a rollback that journeys look at (GET /v1/rollbacks/{id}). */
export type Rollback = {
  readonly id: string;
  readonly rev: number;
  readonly service: string;
  readonly environment: string;
  readonly correlationId: string;
  readonly mode: string;
  readonly state: { readonly kind: string; readonly reason?: string };
  readonly candidate?: { readonly revision: string };
  readonly pullRequest?: {
    readonly repository: string;
    readonly number: number;
    readonly branch: string;
    readonly path: string;
  };
  readonly merge?: { readonly sha: string; readonly byPerson: boolean };
  readonly times: Readonly<Record<string, string>>;
};
export type DecisionItem = {
  readonly at: string;
  readonly kind: string;
  readonly id: string;
  readonly rev: number;
  readonly correlationId: string;
  readonly actor: { readonly type: string; readonly id: string };
  readonly event: string;
  readonly from: string;
  readonly to: string;
  readonly inputs: unknown;
  readonly reasons: readonly { readonly code: string; readonly text: string }[];
};

const ENDS = ['RollbackComplete', 'SelfHealed', 'Observed', 'Aborted', 'AwaitingHumanReview'];
const POLL_MS = 200;
const ENDS_WITHIN_SECONDS = 60;

/** Waits for a condition. Throws an Error that says what was awaited. */
export async function until<T>(
  what: string,
  seconds: number,
  question: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const answer = await question();
    if (answer !== undefined) return answer;
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
  throw new Error(`waited ${seconds} s in vain for ${what}`);
}

/** The newest attempt of a service, once there is one. */
export function attemptOf(world: World, service: string, seconds = 60): Promise<Rollback> {
  return until(`an attempt for ${service}`, seconds, async () => (await attemptsOf(world, service))[0]);
}

/**
 * The attempt that follows from what breaks a service. Another one that a busy machine caused before has to end first:
 * it would be taken for the one that is shown. Throws an Error when it does not end, or when none follows.
 */
export async function attemptAfter(
  world: World,
  service: string,
  broken: () => Promise<unknown>,
): Promise<Rollback> {
  const earlier = await until(`what came before at ${service} to end`, ENDS_WITHIN_SECONDS, async () => {
    const attempts = await attemptsOf(world, service);
    return attempts.every(({ state }) => ENDS.includes(state.kind))
      ? attempts.map(({ id }) => id)
      : undefined;
  });
  await broken();
  return until(`an attempt for ${service}`, ENDS_WITHIN_SECONDS, async () =>
    (await attemptsOf(world, service)).find(({ id }) => !earlier.includes(id)),
  );
}

/** Every attempt of a service, newest first. */
export async function attemptsOf(world: World, service: string): Promise<readonly Rollback[]> {
  const { items } = (await world.api('GET', `/v1/rollbacks?service=${service}`)) as { items: Rollback[] };
  return items;
}

/** Follows an attempt to the first of the given states (default: any end, or a person's turn), telling each decision once. */
export async function follow(
  world: World,
  id: string,
  tell: Tell,
  states: readonly string[] = ENDS,
  seconds = 120,
  already = 0,
): Promise<Rollback> {
  let told = already;
  return until(`rollback ${id} to be ${states.join(' or ')}`, seconds, async () => {
    const rollback = (await world.api('GET', `/v1/rollbacks/${id}`)) as Rollback;
    if (rollback.rev > told) {
      const decisions = await decisionsOf(world, id);
      for (const decision of decisions.slice(told)) tell.step(entryOf(decision));
      told = decisions.length;
    }
    return states.includes(rollback.state.kind) ? rollback : undefined;
  });
}

export async function decisionsOf(world: World, id: string): Promise<readonly DecisionItem[]> {
  const { items } = (await world.api('GET', `/v1/rollbacks/${id}/decisions`)) as { items: DecisionItem[] };
  return items;
}

export async function timelineOf(world: World, id: string): Promise<readonly TimelineEntry[]> {
  return (await decisionsOf(world, id)).map(entryOf);
}

function entryOf({ at, kind, id, rev, event, to }: DecisionItem): TimelineEntry {
  return { at, kind, id, rev, decision: `${event} -> ${to}` };
}

/** `RollbackComplete`, or `Aborted(PR_CLOSED)`. */
export function outcomeOf(rollback: Rollback): string {
  return rollback.state.reason === undefined
    ? rollback.state.kind
    : `${rollback.state.kind}(${rollback.state.reason})`;
}

const SPANS = [
  ['detect', 'started', 'detected'],
  ['confirm', 'detected', 'confirmed'],
  ['pullRequest', 'confirmed', 'pullRequest'],
  ['ci', 'pullRequest', 'ci'],
  ['merge', 'ci', 'merged'],
  ['recover', 'merged', 'ended'],
  ['whole', 'detected', 'ended'],
] as const;

/** Seconds of each span that the attempt went through, and control-plane seconds: what its workflow's tasks took, waits apart. */
export async function measuredOf(world: World, rollback: Rollback): Promise<Measured> {
  const { times } = rollback;
  const spans = SPANS.flatMap(([name, from, to]) => {
    const [start, end] = [times[from], times[to]];
    return start === undefined || end === undefined
      ? []
      : [[`${name}Seconds`, (Date.parse(end) - Date.parse(start)) / 1000] as const];
  });
  const { controlPlaneSeconds, historyEvents } = await world.workflowTime(rollback.id);
  return { ...Object.fromEntries(spans), controlPlaneSeconds, historyEvents };
}
