import { type Actor, type DecideDeps, decide, Fault, isFault, isoTime, redact } from '../kernel/index.ts';
import { type Approval, type ApprovalData, approvalOf, loadApproval, planOf } from './approval.ts';
import type { KnownPerson, Refusal, Role, Verdict } from './contract.ts';
import { readPeople } from './people.ts';
import type { PlanNow, WakeSubject } from './ports.ts';
import { FAULTS, refusalText } from './refusals.ts';
import {
  type AnswerApprovalInputs,
  type AnswerApprovalOutcome,
  answerApproval,
  UNMAPPED,
} from './rules/answer-approval.ts';

export type AnswerInput = {
  readonly approvalId: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly overrides: readonly string[];
  /** The mapped person; an identity that maps to nobody may not answer. */
  readonly person: string | undefined;
  readonly role: Role | undefined;
  readonly via: Actor['via'];
  readonly seenPlanHash?: string;
};
export type AnswerDeps = DecideDeps & { readonly wake: WakeSubject; readonly planNow: PlanNow };
type Deps = AnswerDeps;

/**
 * Takes a person's answer, whichever way it came: API, command line, pull request, a button in the chat. The same answer of the same person
 * again is no second one. Whoever asked is woken and acts on it; an answer that does not count is a decision as well.
 * Throws Fault: NotFound, Forbidden (unmapped, without the role, four eyes), Conflict (answered, too late, another or moved plan),
 * InvalidInput (overrides what may not be).
 */
export async function answerApprovalBy(deps: Deps, input: AnswerInput): Promise<Approval> {
  if (input.person === undefined)
    throw new Fault('Forbidden', 'this identity is mapped to no person and may not answer');
  const person = input.person;
  try {
    return await answerOnce(deps, { ...input, person });
  } catch (thrown) {
    // Two at once: whoever lost reads again and is told how it stands.
    if (isFault(thrown, 'Conflict') && !(thrown instanceof Refused))
      return await answerOnce(deps, { ...input, person });
    throw thrown;
  }
}

class Refused extends Fault {}

type Known = AnswerInput & { readonly person: string };

async function answerOnce(deps: Deps, input: Known): Promise<Approval> {
  const approval = await loadApproval(deps.store, input.approvalId);
  if (isSame(approval, input)) {
    await deps.wake(approval.data.for);
    return approval;
  }
  const inputs = await inputsOf(deps, approval, input);
  const outcome = answerApproval.decide(inputs);
  if (!outcome.counts) return refuse(deps, approval, { input, inputs, refusal: outcome.refusal });
  const answered = await take(deps, approval, input, inputs);
  await deps.wake(approval.data.for);
  return answered;
}

function isSame({ data: { answer } }: Approval, { person, verdict, overrides }: Known): boolean {
  const same = answer?.person === person && answer.verdict === verdict;
  return same && answer.overrides.join() === overrides.join();
}

async function inputsOf(deps: Deps, approval: Approval, input: Known): Promise<AnswerApprovalInputs> {
  const { people } = await readPeople(deps.store);
  const known = people.find(({ person }) => person === input.person);
  const { plan, overridable, deadlineAt } = approval.data;
  const notBy = approval.data.notBy.map((who) => knownAs(people, who));
  return {
    ...{ state: approval.state, verdict: input.verdict, person: input.person, role: input.role ?? null },
    loginKnown: known?.identities.some(({ via }) => via === 'github') ?? false,
    ...{ reason: input.reason, overrides: input.overrides, overridable, notBy, deadlineAt },
    ...{ planHash: plan.hash, seenPlanHash: input.seenPlanHash ?? null },
    planHashNow: await planHashNow(deps, approval, input),
    now: isoTime(deps.clock()),
  };
}

/** Only a yes to an open question is worth reading it again. */
async function planHashNow(deps: Deps, approval: Approval, { verdict }: Known): Promise<string | null> {
  if (verdict !== 'approve' || approval.state !== 'Open') return null;
  const facts = await deps.planNow(approval);
  return facts === undefined ? null : planOf(facts).hash;
}

/** A login that was mapped after the question was asked counts as its person. */
function knownAs(people: readonly KnownPerson[], who: string): string {
  if (!who.startsWith(UNMAPPED)) return who;
  const login = who.slice(UNMAPPED.length).toLowerCase();
  const found = people.find(({ identities }) =>
    identities.some(({ via, id }) => via === 'github' && id.toLowerCase() === login),
  );
  return found?.person ?? who;
}

async function take(
  deps: Deps,
  approval: Approval,
  input: Known,
  inputs: AnswerApprovalInputs,
): Promise<Approval> {
  const { person, via, verdict, overrides, reason } = input;
  const data: ApprovalData = {
    ...approval.data,
    answer: { person, via, verdict, overrides: [...overrides], reason: redact(reason), at: inputs.now },
  };
  const event = verdict === 'approve' ? 'ApprovalGiven' : 'ApprovalRejected';
  return step(deps, approval, {
    ...{ key: `answer/${person}/${verdict}`, input, inputs, event, data },
    reasons: [{ code: verdict.toUpperCase(), text: reason }],
    state: (outcome) => (outcome.counts ? outcome.to : approval.state),
  });
}

async function refuse(
  deps: Deps,
  approval: Approval,
  refused: { readonly input: Known; readonly inputs: AnswerApprovalInputs; readonly refusal: Refusal },
): Promise<never> {
  const { input, inputs, refusal } = refused;
  const said = `${input.person}/${input.verdict}/${refusal}`;
  const before = approval.data.refused ?? [];
  const text = refusalText(approval, inputs, refusal);
  if (!before.includes(said))
    await step(deps, approval, {
      ...{ key: `refuse/${said}`, input, inputs, event: 'ApprovalRefused' },
      data: { ...approval.data, refused: [...before, said] },
      reasons: [{ code: refusal, text }],
      state: () => approval.state,
    });
  // Whoever asked may ask anew about what is there now: it looks again.
  if (refusal === 'PLAN_MOVED' && approval.data.for.kind === 'deployment') await deps.wake(approval.data.for);
  throw new Refused(FAULTS[refusal], text);
}

type StepOf = {
  readonly key: string;
  readonly input: Known;
  readonly inputs: AnswerApprovalInputs;
  readonly event: 'ApprovalGiven' | 'ApprovalRejected' | 'ApprovalRefused';
  readonly data: ApprovalData;
  readonly reasons: readonly { readonly code: string; readonly text: string }[];
  readonly state: (outcome: AnswerApprovalOutcome) => string;
};

async function step(deps: Deps, approval: Approval, made: StepOf): Promise<Approval> {
  const { id, rev, correlationId, service, environment, createdAt, data } = approval;
  const decided = await decide(deps, {
    subject: { kind: 'approval', id },
    expectedRev: rev,
    key: made.key,
    ...{ correlationId, service, environment, createdAt, causationId: data.for.id },
    actor: { type: 'person', id: made.input.person, via: made.input.via },
    from: approval.state,
    rule: answerApproval,
    inputs: made.inputs,
    step: (outcome) => ({
      event: made.event,
      events: [{ type: made.event, data: { for: data.for } }],
      reasons: made.reasons,
      state: { kind: made.state(outcome) },
      data: made.data,
    }),
  });
  return approvalOf(decided.head);
}
