import { answerApprovalBy, type KnownPerson, personOf } from '../approvals/index.ts';
import { type Actor, isFault } from '../kernel/index.ts';
import { type AnnouncedComment, type Obeyed, readOrder, replyTo, whyNot } from './announced-comment.ts';
import type { Attempt } from './attempt.ts';
import type { Command } from './comment-command.ts';
import { attemptAt, awaitsPerson } from './commented-attempt.ts';
import { planOfRollbackNow } from './head-moved.ts';
import type { WorldDeps } from './ports.ts';
import { approvalFor } from './read-approval.ts';
import { refusePerson } from './refuse-event.ts';
import { requestApproval } from './request-approval.ts';
import { reviewRollback, wakeIfRepeated, wakeRollback } from './review-rollback.ts';

const VERDICTS = { APPROVE: undefined, ABORT: 'abort', MANUAL: 'manual' } as const;
/** No attempt of ours: whatever else may wait there is asked next. */
export const NOBODY_WAITS: Obeyed = { kind: 'ignored', why: 'no attempt waits for a person there' };

/**
 * Does what a person orders by a comment under a rollback pull request, or under our escalation issue of an attempt that
 * has none. The comment is read from the forge: bots, edited ones and talk are ignored. The login must be a mapped person,
 * who may write in the repository; the head must be the one that was asked about. Refusals are decisions, and are answered
 * there. The word that has ended an attempt wakes, when it comes again, the workflow that may have missed it.
 */
export async function obeyComment(deps: WorldDeps, announced: AnnouncedComment): Promise<Obeyed> {
  const attempt = await attemptAt(deps, announced);
  if (attempt === undefined) return NOBODY_WAITS;
  const read = await readOrder(deps, announced);
  if ('why' in read) return { kind: 'ignored', why: read.why };
  const { command } = read;
  const act = awaitsPerson(attempt) ? obeyOrRefuse : obeyAgain;
  const obeyed = await act(deps, attempt, announced, command);
  if (obeyed.kind === 'ignored') return obeyed;
  await replyTo(deps, announced, obeyed);
  return obeyed;
}

async function obeyOrRefuse(
  deps: WorldDeps,
  attempt: Attempt,
  announced: AnnouncedComment,
  command: Command,
): Promise<Obeyed> {
  try {
    const person = await personOf(deps.store, 'github', announced.login);
    const actor: Actor = {
      type: 'person',
      id: person?.person ?? `github:${announced.login}`,
      via: 'pull-request',
    };
    const refusal = await whyNot(deps, announced, person);
    if (refusal !== undefined) return await refuse(deps, attempt, { command, actor, text: refusal });
    if (person !== undefined) await obey(deps, attempt, { command, actor, person });
    return { kind: 'obeyed', command: command.word };
  } catch (thrown) {
    if (isFault(thrown, 'Forbidden', 'Conflict', 'InvalidInput'))
      return { kind: 'refused', why: thrown.message };
    throw thrown;
  }
}

/** An attempt that has ended: only whoever ended it so is heard, for a workflow may wait on that has missed it. */
async function obeyAgain(
  deps: WorldDeps,
  attempt: Attempt,
  announced: AnnouncedComment,
  { word }: Command,
): Promise<Obeyed> {
  const verdict = VERDICTS[word];
  const person = await personOf(deps.store, 'github', announced.login);
  if (verdict === undefined || person === undefined || !mayEnd(person)) return NOBODY_WAITS;
  if ((await whyNot(deps, announced, person)) !== undefined) return NOBODY_WAITS;
  const again = await wakeIfRepeated(deps, attempt, { verdict, person: person.person });
  return again ? { kind: 'obeyed', command: word } : NOBODY_WAITS;
}

function mayEnd({ role }: KnownPerson): boolean {
  return role === 'approver' || role === 'admin';
}

type Order = { readonly command: Command; readonly actor: Actor; readonly person: KnownPerson };

async function obey(deps: WorldDeps, attempt: Attempt, { command, actor, person }: Order): Promise<void> {
  const { word, reason, overrides } = command;
  const who = { person: person.person, via: actor.via };
  // whoever is quicker than the workflow's own question: it is asked now
  await requestApproval(deps, attempt);
  const approval = await approvalFor(deps, attempt);
  if (word === 'MANUAL' || approval === undefined || approval.state !== 'Open')
    return endByHand(deps, attempt, { command, actor, person });
  const wake = (subject: { readonly id: string }) => wakeRollback(deps, subject.id);
  await answerApprovalBy(
    { ...deps, wake, planNow: planOfRollbackNow(deps) },
    {
      ...{
        approvalId: approval.id,
        seenPlanHash: approval.data.plan.hash,
        reason,
        overrides,
        ...who,
        role: person.role,
      },
      verdict: word === 'APPROVE' ? 'approve' : 'reject',
    },
  );
}

/** An order that is no answer to an open question: the attempt is ended, or taken over. */
async function endByHand(
  deps: WorldDeps,
  attempt: Attempt,
  { command, actor, person }: Order,
): Promise<void> {
  const { word, reason } = command;
  const no = (text: string) => refuse(deps, attempt, { command, actor, text });
  if (word === 'APPROVE')
    return attempt.data.headMoved
      ? no('the head of the pull request has moved: merge it by hand, or close it')
      : no('no approval is asked for here');
  if (!mayEnd(person)) return no(`${word} takes the role approver`);
  await reviewRollback(deps, {
    rollbackId: attempt.id,
    verdict: VERDICTS[word],
    reason,
    person: person.person,
    via: actor.via,
  });
}

/** Never answers: the refusal is recorded and thrown as a Conflict. */
function refuse(
  deps: WorldDeps,
  attempt: Attempt,
  refused: { readonly command: Command; readonly actor: Actor; readonly text: string },
): Promise<never> {
  const events = { APPROVE: 'HumanApproved', ABORT: 'AbortRequested', MANUAL: 'ManualTakeover' } as const;
  const { actor, text } = refused;
  return refusePerson(deps, attempt, { event: events[refused.command.word], actor, text });
}
