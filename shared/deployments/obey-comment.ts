import { type AnswerDeps, answerApprovalBy, personOf, UNMAPPED } from '../approvals/index.ts';
import { isFault, millis } from '../kernel/index.ts';
import type { Forge } from '../ports/index.ts';
import type { Meter } from '../ports/meter.ts';
import {
  type AnnouncedComment,
  failuresCounted,
  type Obeyed,
  readOrder,
  replyTo,
  whyNot,
} from '../rollbacks/index.ts';
import { readService } from '../services/index.ts';
import { deploymentOf } from './deployment.ts';
import { type MarkedQuestion, questionOf } from './pull-request-question.ts';
import { approvalIdOf, requestApproval } from './read-approval.ts';

export type ObeyDeps = AnswerDeps & {
  readonly forge: Pick<Forge, 'readComment' | 'ownComments' | 'permission' | 'comment'>;
  readonly meter: Meter;
};
type Order = Exclude<Awaited<ReturnType<typeof readOrder>>, { why: string }>;

const NOTHING_ASKED: Obeyed = { kind: 'ignored', why: 'no deployment is asked about there' };
const NAMED = /^(apr_[0-9A-HJKMNP-TV-Z]{26})\b[,:\s]*(.*)$/;

/**
 * Takes an answer by a comment under the pull request where a deployment's approval was asked for. Only our own question
 * there says what is answered, and which plan was seen: written by us, changed by nobody, older than the comment, in the
 * repository of the deployment's service, and still open. The comment is read from the forge: bots, edited ones and talk
 * are ignored. Whoever wrote it is judged as at any other door; a refusal is a decision, and is said there.
 */
export async function obeyDeploymentComment(deps: ObeyDeps, announced: AnnouncedComment): Promise<Obeyed> {
  // most comments are no answers: without anything that waits, the forge is not asked
  if (announced.onIssue || !(await anyWaits(deps))) return NOTHING_ASKED;
  const order = await readOrder(deps, announced);
  if ('why' in order) return { kind: 'ignored', why: order.why };
  const questions = await openQuestions(deps, announced, order.createdAt);
  if (questions.length === 0) return NOTHING_ASKED;
  const obeyed = await answer(deps, announced, chosen(questions, order));
  await replyTo(deps, announced, obeyed);
  return obeyed;
}

async function anyWaits({ store }: ObeyDeps): Promise<boolean> {
  const { items } = await store.heads({ kind: 'deployment', state: 'AwaitingApproval', limit: 1 });
  return items.length > 0;
}

/** What is asked there and was, when the comment was written: the forge's clock has made both times. */
async function openQuestions(
  deps: ObeyDeps,
  { repository, number }: AnnouncedComment,
  writtenAt: string,
): Promise<readonly MarkedQuestion[]> {
  const ours = await failuresCounted(deps.meter, 'own-comments', () =>
    deps.forge.ownComments(repository, number),
  );
  const before = ours.filter(({ createdAt }) => millis(createdAt) <= millis(writtenAt));
  const open = before.map(({ marker }) => questionOf(marker)).filter((each) => each !== undefined);
  const checked = await Promise.all(
    open.map(async (each) => ((await stands(deps, repository, each)) ? each : undefined)),
  );
  return checked.filter((each) => each !== undefined);
}

/** Asks it where whoever answers is quicker than the workflow. */
async function stands(deps: ObeyDeps, repository: string, question: MarkedQuestion): Promise<boolean> {
  const head = await deps.store.head({ kind: 'deployment', id: question.deploymentId });
  if (head === undefined) return false;
  const deployment = deploymentOf(head);
  if (approvalIdOf(deployment) !== question.approvalId) return false;
  try {
    const service = await readService(deps, deployment.service);
    if (service.repository !== repository) return false;
  } catch (thrown) {
    if (isFault(thrown, 'NotFound')) return false;
    throw thrown;
  }
  await requestApproval(deps, deployment);
  return true;
}

type Chosen = { readonly question: MarkedQuestion; readonly order: Order } | { readonly why: string };

/** The question that the answer names, or the only one. */
function chosen(questions: readonly MarkedQuestion[], order: Order): Chosen {
  const { word, reason } = order.command;
  if (word === 'MANUAL') return { why: 'MANUAL is no answer to a deployment: APPROVE or ABORT' };
  const [, named, rest = ''] = NAMED.exec(reason) ?? [];
  if (named !== undefined) {
    const question = questions.find(({ approvalId }) => approvalId === named);
    if (question === undefined) return { why: `${named} is not open here` };
    const said = rest === '' ? `${word} by a comment` : rest;
    return { question, order: { ...order, command: { ...order.command, reason: said } } };
  }
  const [question, another] = questions;
  if (question === undefined || another !== undefined) {
    const ids = questions.map(({ approvalId }) => `\`${word} ${approvalId} <why>\``);
    return { why: `more than one question is open here, name one: ${ids.join(' or ')}` };
  }
  return { question, order };
}

async function answer(
  deps: ObeyDeps,
  announced: AnnouncedComment,
  choice: Chosen,
): Promise<Exclude<Obeyed, { kind: 'ignored' }>> {
  if ('why' in choice) return { kind: 'refused', why: choice.why };
  const { question, order } = choice;
  const { word, reason, overrides } = order.command;
  const known = await personOf(deps.store, 'github', announced.login);
  const refusal = await whyNot(deps, announced, known);
  try {
    await answerApprovalBy(deps, {
      ...{ approvalId: question.approvalId, seenPlanHash: question.planHash, reason, overrides },
      verdict: word === 'APPROVE' ? 'approve' : 'reject',
      person: known?.person ?? `${UNMAPPED}${announced.login}`,
      // whoever may not write there has no role there: the same rule refuses, and the attempt stands in the ledger
      role: refusal === undefined ? known?.role : undefined,
      via: 'pull-request',
    });
    return { kind: 'obeyed', command: word };
  } catch (thrown) {
    if (!isFault(thrown, 'Forbidden', 'Conflict', 'InvalidInput', 'NotFound')) throw thrown;
    return { kind: 'refused', why: refusal ?? thrown.message };
  }
}
