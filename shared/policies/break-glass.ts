import { approvalIdFor, askApproval, closeApproval, findApproval } from '../approvals/index.ts';
import { type DecideDeps, decide, Fault, isoTime, millis, type Reason, redactText } from '../kernel/index.ts';
import { readService } from '../services/index.ts';
import { type BreakGlassRequest, GLASS_ANSWER_SECONDS, MAX_GLASSES } from './contract.ts';
import type { Asked } from './put-policies.ts';
import { askBreakGlass, type SettleBreakGlassInputs, settleBreakGlass } from './rules/break-glass.ts';
import { type BreakGlass, POLICY_SUBJECT, policyDataOf } from './stored-policies.ts';

/**
 * Asks to lift the blocks of policies for one service in one environment, for a short while: another approver grants it or
 * does not (`apr_...`). Approvals stay needed, and who asks can neither grant it nor, by it, approve.
 * Throws Fault: Forbidden (an identity that is nobody's), NotFound (service or environment), Conflict.
 */
export async function askToBreakGlass(
  deps: DecideDeps,
  sent: BreakGlassRequest,
  asked: Asked,
): Promise<BreakGlass> {
  if (asked.actor.type !== 'person')
    throw new Fault('Forbidden', 'this identity is mapped to no person: nobody could be told apart from it');
  const { environments } = await readService(deps, sent.service);
  if (!Object.hasOwn(environments, sent.environment))
    throw new Fault('NotFound', `service ${sent.service} has no environment ${sent.environment}`);
  await settleGlass(deps);
  const head = await deps.store.head(POLICY_SUBJECT);
  const before = policyDataOf(head);
  const standing = before.breakGlass.find((glass) => isSame(glass, sent, asked.actor.id));
  if (standing !== undefined) return standing;
  const now = isoTime(deps.clock());
  const request = { ...sent, reason: redactText(sent.reason) };
  const id = approvalIdFor(POLICY_SUBJECT.id, now);
  const inputs = { request, askedBy: asked.actor.id, now, answerSeconds: GLASS_ANSWER_SECONDS };
  const decided = await decide(deps, {
    subject: POLICY_SUBJECT,
    expectedRev: head?.rev ?? 0,
    ...asked,
    ...(head !== undefined && { createdAt: head.createdAt }),
    from: head?.state.kind ?? 'None',
    rule: askBreakGlass,
    inputs,
    step: (outcome) => ({
      event: 'BreakGlassAsked',
      events: [
        { type: 'BreakGlassAsked', data: { ...placeOf(request), minutes: request.minutes, approval: id } },
      ],
      reasons: [{ code: 'ASKED', text: `${request.minutes} min, ${whereOf(request)}: ${request.reason}` }],
      state: { kind: 'InForce' },
      data: {
        ...before,
        breakGlass: kept([...before.breakGlass, { ...request, ...outcome, id, state: 'asked' }], now),
      },
    }),
  });
  const glass = await loadGlass(deps, (each) => each.askedAt === decided.outcome.askedAt);
  await putQuestion(deps, glass, asked.correlationId);
  return glass;
}

async function putQuestion(deps: DecideDeps, glass: BreakGlass, correlationId: string): Promise<void> {
  const { service, environment, minutes, reason, askedBy, askedAt, deadlineAt } = glass;
  await askApproval(deps, {
    ...{ for: POLICY_SUBJECT, since: askedAt, service, environment, correlationId, deadlineAt },
    facts: { what: 'break glass: lift every block of the policies', minutes, reason, askedBy },
    notBy: [askedBy],
    overridable: [],
  });
}

/**
 * Takes the answers to what was asked: opens, refuses or lets lapse. Whoever answers an approval calls it; it can be called
 * at any time and again. Throws Fault('Conflict') when somebody else decides on policies at the same moment.
 */
export async function settleGlass(deps: DecideDeps): Promise<void> {
  const { breakGlass } = policyDataOf(await deps.store.head(POLICY_SUBJECT));
  for (const glass of breakGlass.filter(({ state }) => state === 'asked')) await settleOne(deps, glass);
}

async function settleOne(deps: DecideDeps, glass: BreakGlass): Promise<void> {
  const { id, minutes, askedBy, deadlineAt } = glass;
  const approval = await findApproval(deps.store, id);
  // asked, and then the process died: the question is put now
  if (approval === undefined) return putQuestion(deps, glass, id);
  const answer = approval.data.answer;
  const inputs: SettleBreakGlassInputs = {
    ...{ id, minutes, askedBy, deadlineAt, now: isoTime(deps.clock()) },
    approval: { state: approval.state, person: answer?.person ?? null, at: answer?.at ?? null },
  };
  if (settleBreakGlass.decide(inputs).to === 'asked') return;
  const head = await deps.store.head(POLICY_SUBJECT);
  if (head === undefined) return;
  const data = policyDataOf(head);
  const decided = await decide(deps, {
    subject: POLICY_SUBJECT,
    expectedRev: head.rev,
    key: `settle/${id}`,
    ...{ correlationId: approval.correlationId, causationId: id, createdAt: head.createdAt },
    actor: { type: 'rule', id: 'policies', via: 'workflow' },
    from: head.state.kind,
    rule: settleBreakGlass,
    inputs,
    step: ({ to, ...more }) => {
      const opened = to === 'open';
      const event = opened ? 'BreakGlassOpened' : 'BreakGlassRefused';
      const until = more.expiresAt === undefined ? {} : { expiresAt: more.expiresAt };
      return {
        event,
        events: [{ type: event, data: { ...placeOf(glass), approval: id, ...until } }],
        reasons: [reasonOf(glass, to, more.expiresAt)],
        state: { kind: 'InForce' },
        data: {
          ...data,
          breakGlass: data.breakGlass.map((each) =>
            each.id === id ? { ...each, ...more, state: to } : each,
          ),
        },
      };
    },
  });
  await closeApproval(deps, id, decided.outcome.to === 'lapsed' ? 'deadline' : 'acted');
}

function reasonOf(glass: BreakGlass, to: string, expiresAt: string | undefined): Reason {
  if (expiresAt === undefined)
    return { code: to.toUpperCase(), text: `${whereOf(glass)}: nothing is lifted` };
  const text = `${whereOf(glass)}: every block of the policies is lifted until ${expiresAt}: ${glass.reason}`;
  return { code: 'TWO_PEOPLE', text };
}

async function loadGlass(deps: DecideDeps, is: (glass: BreakGlass) => boolean): Promise<BreakGlass> {
  const found = policyDataOf(await deps.store.head(POLICY_SUBJECT)).breakGlass.find(is);
  if (found === undefined) throw new Fault('Conflict', 'the request is no longer among those that are kept');
  return found;
}

type Place = { readonly service: string; readonly environment: string };

function placeOf({ service, environment }: Place): Place {
  return { service, environment };
}

function whereOf({ service, environment }: Place): string {
  return `${service} in ${environment}`;
}

/** Asking again while it is not answered yet is no second request. */
function isSame(glass: BreakGlass, asked: BreakGlassRequest, by: string): boolean {
  const place = glass.service === asked.service && glass.environment === asked.environment;
  return glass.state === 'asked' && place && glass.askedBy === by && glass.minutes === asked.minutes;
}

/** What is asked or open, and the newest of the others. */
function kept(glasses: readonly BreakGlass[], now: string): BreakGlass[] {
  const live = ({ state, expiresAt }: BreakGlass) =>
    state === 'asked' || (expiresAt !== undefined && millis(now) < millis(expiresAt));
  const gone = glasses.filter((glass) => !live(glass)).slice(-MAX_GLASSES);
  return glasses.filter((glass) => live(glass) || gone.includes(glass));
}
