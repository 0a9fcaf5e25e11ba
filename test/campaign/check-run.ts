import { approvalOf } from '../../shared/approvals/index.ts';
import { type Attempt, isOpen } from '../../shared/rollbacks/index.ts';
import { eventCountOf, executionArn, statusOf } from '../local/states/harness.ts';
import { wrongAlerts } from './alerts.ts';
import { provenBy } from './check-ledger.ts';
import { wrongMerges } from './check-merges.ts';
import type { Room } from './room.ts';

const MAX_EVENTS = 5000;
/** Seconds that an attempt may be late: its task, three retries of it, and the start of another process. */
const SLACK = 600;

/** Everything that a run must not have done, one sentence each; empty when it kept every promise. */
export async function violationsOf(room: Room): Promise<readonly string[]> {
  const { decisions, violations } = await provenBy(room);
  const attempts = await room.attempts();
  const each = await Promise.all(attempts.map((attempt) => wrongWith(room, attempt)));
  return [
    ...room.bugs,
    ...violations,
    ...wrongMerges(room, decisions),
    ...(await wrongAlerts(room)),
    ...doubled(room),
    ...room.watched.openedBeside.map((place) => `two pull requests were open: ${place}`),
    ...late(room).map(({ text }) => text),
    ...each.flat(),
    ...(await wrongApprovals(room, attempts)),
    ...(await wrongCounter(room, attempts)),
  ];
}

/**
 * Effects that one attempt had twice at the forge. A comment or an issue carries its marker and is found again there; to
 * what waits in the queue a second entry is none, and whether it was decided twice is looked at in the ledger.
 */
function doubled({ watched }: Room): readonly string[] {
  const seen = new Set<string>();
  return watched.effects.flatMap(({ what, payload, by }) => {
    const { rollbackId = by } = (payload ?? {}) as { readonly rollbackId?: string };
    const key = `${rollbackId} ${what}`;
    if (seen.has(key) && !/^(comment|openIssue|updatePullRequest|enqueue) /.test(what))
      return [`twice: ${key}`];
    seen.add(key);
    return [];
  });
}

/** Steps that came later than the deadline of the state before them allows. */
function late({ watched }: Room): readonly { readonly text: string; readonly seconds: number }[] {
  const deadlines = new Map<string, { readonly state: string; readonly at: number }>();
  return watched.written.flatMap(({ write, at }) => {
    const { kind, id, state, data } = write.head;
    const before = deadlines.get(id);
    if (kind !== 'rollback') return [];
    const { deadlineAt } = data as { readonly deadlineAt?: string };
    if (deadlineAt === undefined) deadlines.delete(id);
    else deadlines.set(id, { state: state.kind, at: Date.parse(deadlineAt) });
    const seconds = before === undefined ? 0 : (at - before.at) / 1000;
    if (before === undefined || seconds <= SLACK) return [];
    return [{ seconds, text: `${id} was in ${before.state} ${seconds} s past its deadline` }];
  });
}

async function wrongWith(room: Room, attempt: Attempt): Promise<readonly string[]> {
  return [...(await wrongWorkflow(room, attempt)), ...(await wrongSlot(room, attempt))];
}

async function wrongWorkflow(room: Room, attempt: Attempt): Promise<readonly string[]> {
  const { id, state } = attempt;
  const { status, error } = await statusOf(room.states(), id).catch(() => ({
    status: 'NONE',
    error: 'none',
  }));
  const events = status === 'NONE' ? 0 : await eventCountOf(room.states().service, executionArn(id));
  const workflow = `its workflow ${status}${error === undefined ? '' : ` (${error})`}`;
  return [
    ...(isOpen(attempt) ? [`${id} is still ${state.kind}, ${workflow}`] : []),
    ...(status === 'SUCCEEDED' || isOpen(attempt) ? [] : [`${id} has ended, ${workflow}`]),
    ...(events > MAX_EVENTS ? [`the workflow of ${id} has ${events} events`] : []),
  ];
}

async function wrongSlot(room: Room, attempt: Attempt): Promise<readonly string[]> {
  const { id, service, environment, state, data } = attempt;
  const holder = await room.watched.store.lockHolder(`SLOT#${service}#${environment}`);
  const keeps = state.kind === 'Aborted' && state.reason === 'SECURITY' && !data.slotReleased;
  if (isOpen(attempt) || keeps)
    return holder === id ? [] : [`${id} is ${state.kind} and its slot is ${holder ?? 'free'}`];
  return holder === id ? [`${id} has ended and holds its slot`] : [];
}

async function wrongApprovals(room: Room, attempts: readonly Attempt[]): Promise<readonly string[]> {
  const { items } = await room.watched.store.heads({ kind: 'approval', limit: 100 });
  const ended = new Set(attempts.filter((attempt) => !isOpen(attempt)).map(({ id }) => id));
  return items
    .map(approvalOf)
    .filter(({ state, data }) => ended.has(data.for.id) && ['Open', 'Approved', 'Rejected'].includes(state))
    .filter(({ state }) => state !== 'Rejected')
    .map(({ id, state, data }) => `approval ${id} is ${state} although ${data.for.id} has ended`);
}

async function wrongCounter(room: Room, attempts: readonly Attempt[]): Promise<readonly string[]> {
  const open = attempts.filter(isOpen).length;
  const counted = await room.watched.store.count('QUOTA#rollbacks#open');
  return counted === open ? [] : [`${counted} attempts are counted as open, ${open} are`];
}
