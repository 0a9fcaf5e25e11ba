import { answerApprovalBy, approvalOf, type Role } from '../../shared/approvals/index.ts';
import {
  type Attempt,
  isOpen,
  noticeForgeEvent,
  obeyComment,
  planOfRollbackNow,
  requestRollback,
  resetAbortedRollback,
  reviewRollback,
  wakeRollback,
} from '../../shared/rollbacks/index.ts';
import { type AutonomyLevel, putAutonomy, putKillSwitch } from '../../shared/services/index.ts';
import { GITOPS } from '../support/memory-world.ts';
import { announce } from './alerts.ts';
import type { Act } from './plan.ts';
import type { Deps } from './process.ts';
import type { Room } from './room.ts';

type Acting = (room: Room, service: string, newest: Attempt | undefined) => unknown;

const PEOPLE: readonly [string, string] = ['ada', 'bob'];
const by = (id: string) => ({ type: 'person', id, via: 'api' }) as const;

/** One act of a person or of the world; what a function refuses is refused to a person, and changes nothing here. */
export async function act(room: Room, what: Act, service: string): Promise<void> {
  const attempts = await room.attempts();
  const newest = attempts.find((attempt) => attempt.service === service && isOpen(attempt)) ?? attempts[0];
  await ACTING[what]?.(room, service, newest);
}

const broken = (room: Room, service: string): string => room.revisions.get(service)?.at(-1) ?? '';

const ACTING: Readonly<Record<Act, Acting>> = {
  degrade: (room, service) => deployBad(room, service, broken(room, service)),
  'degrade-again': (room, service) => {
    const { forge } = room.watched.world;
    const sha = forge.commit(`acme/${service}`, 'main', `broken again of ${service}`);
    forge.setChecks(`acme/${service}`, sha, 'success');
    deployBad(room, service, sha);
  },
  'measure-anew': (room, service) =>
    room.watched.world.uptimes.set(room.revisions.get(service)?.at(-2) ?? '', 0.9),
  heal: async (room, service) => {
    const { forge, revisions } = room.watched.world;
    for (const sha of [broken(room, service), await forge.branchHead(`acme/${service}`, 'main')])
      revisions.set(sha, 'Healthy');
  },
  merge: (room, _, newest) => atForge(room, newest, 'merged'),
  close: (room, _, newest) => atForge(room, newest, 'closed'),
  approve: (room, _, newest) => answer(room, newest, 'approve', []),
  'approve-naming': (room, _, newest) => answer(room, newest, 'approve', ['I3', 'I5']),
  'approve-as-viewer': (room, _, newest) => answer(room, newest, 'approve', ['I3'], 'viewer'),
  reject: (room, _, newest) => answer(room, newest, 'reject', []),
  abort: (room, _, newest) => review(room, newest, 'abort'),
  manual: (room, _, newest) => review(room, newest, 'manual'),
  'kill-switch-on': (room) => killSwitch(room, true),
  'kill-switch-off': (room) => killSwitch(room, false),
  'checks-green': (room) => checks(room, 'success'),
  'checks-red': (room) => checks(room, 'failure'),
  'checks-pending': (room) => checks(room, 'pending'),
  lower: (room, service) => level(room, service, room.injected.chance.pick(['observe', 'suggest'])),
  raise: (room, service) => level(room, service, room.injected.chance.pick(['auto', 'approve'])),
  ask: (room, service) =>
    room.run('RequestRollback', {}, (deps) =>
      requestRollback(deps, {
        ...{ service, environment: room.plan.environment, reason: 'it looks bad', actor: by('ada') },
        key: `asked/${room.elapsed()}`,
      }),
    ),
  reset: (room, _, newest) =>
    onNewest(room, newest, (deps, { id }) =>
      resetAbortedRollback(deps, { rollbackId: id, person: 'bob', reason: 'looked at it', via: 'api' }),
    ),
  'queue-merges': (room) => queue(room, 'merges'),
  'queue-throws-out': (room) => queue(room, 'throws-out'),
  'stray-wake': (room, _, newest) => onNewest(room, newest, (deps, { id }) => wakeRollback(deps, id)),
  'forge-event': (room, _, newest) =>
    onNewest(room, newest, (deps, { data }) =>
      noticeForgeEvent(deps, { repository: GITOPS, pullRequest: data.pullRequest?.number }),
    ),
  comment: (room, _, newest) => comment(room, newest),
};

function deployBad(room: Room, service: string, sha: string): void {
  room.watched.world.revisions.set(sha, 'Degraded');
  room.watched.world.deploy(service, room.plan.environment, sha);
  announce(room, service);
}

async function onNewest(
  room: Room,
  newest: Attempt | undefined,
  work: (deps: Deps, attempt: Attempt) => Promise<unknown>,
): Promise<void> {
  if (newest !== undefined) await room.run('Person', { rollbackId: newest.id }, (deps) => work(deps, newest));
}

function atForge(room: Room, newest: Attempt | undefined, what: 'merged' | 'closed'): void {
  const number = newest?.data.pullRequest?.number;
  const { forge } = room.watched.world;
  if (number !== undefined && forge.pullRequests(GITOPS)[number - 1]?.state === 'open')
    forge.byPerson(GITOPS, number, what);
}

async function answer(
  room: Room,
  newest: Attempt | undefined,
  verdict: 'approve' | 'reject',
  overrides: readonly string[],
  role: Role = 'approver',
): Promise<void> {
  const { items } = await room.watched.store.heads({ kind: 'approval', limit: 20 });
  const asked = items.map(approvalOf).find(({ data }) => data.for.id === newest?.id);
  if (asked === undefined) return;
  const person = room.injected.chance.pick(PEOPLE);
  await room.run('AnswerApproval', { rollbackId: newest?.id }, (deps) =>
    answerApprovalBy(
      {
        ...deps,
        wake: (subject: { readonly id: string }) => wakeRollback(deps, subject.id),
        planNow: planOfRollbackNow(deps),
      },
      {
        ...{ approvalId: asked.id, verdict, overrides, reason: 'because', person },
        ...{ role, via: 'api' },
      },
    ),
  );
}

function review(room: Room, newest: Attempt | undefined, verdict: 'abort' | 'manual'): Promise<void> {
  return onNewest(room, newest, (deps, { id }) =>
    reviewRollback(deps, { rollbackId: id, verdict, reason: 'enough', person: 'ada', via: 'api' }),
  );
}

function killSwitch(room: Room, on: boolean): Promise<unknown> {
  const key = `kill/${room.elapsed()}`;
  return room.run('PutKillSwitch', { on }, (deps) =>
    putKillSwitch(deps, { on, reason: 'drill' }, { actor: by('ada'), correlationId: key, key }),
  );
}

function level(room: Room, service: string, to: AutonomyLevel): Promise<unknown> {
  const key = `level/${room.elapsed()}`;
  const place = { service, environment: room.plan.environment, action: 'rollback' as const };
  return room.run('PutAutonomy', { to }, (deps) =>
    putAutonomy(deps, { ...place, level: to }, { actor: by('ada'), correlationId: key, key }),
  );
}

function checks(room: Room, state: 'success' | 'failure' | 'pending'): void {
  const { forge } = room.watched.world;
  forge.firstChecks = state;
  for (const { headSha } of forge.pullRequests(GITOPS)) forge.setChecks(GITOPS, headSha, state);
}

function queue(room: Room, what: 'merges' | 'throws-out'): void {
  const { forge } = room.watched.world;
  for (const { number, state } of forge.pullRequests(GITOPS))
    if (state === 'open' && room.watched.effects.some((each) => each.what.startsWith(`enqueue #${number} `)))
      forge.queue(GITOPS, number, what);
}

async function comment(room: Room, newest: Attempt | undefined): Promise<void> {
  const number = newest?.data.pullRequest?.number;
  if (number === undefined) return;
  const { chance } = room.injected;
  const login = `${chance.pick(['ada', 'bob', 'eve', 'nobody'])}-gh`;
  const text = chance.pick(['APPROVE fine', 'APPROVE I3 I5 fine', 'ABORT no', 'MANUAL mine', 'looks good']);
  const commentId = room.watched.world.forge.say(number, login, text);
  const announced = { repository: GITOPS, number, commentId, login };
  await room.run('ObeyComment', announced, (deps) => obeyComment(deps, announced));
}
