import { isFault } from '../kernel/index.ts';
import type { ButtonFor } from '../ports/index.ts';
import type { Notify } from '../ports/notify.ts';
import { type AnswerDeps, answerApprovalBy } from './answer-approval.ts';
import type { Verdict } from './contract.ts';
import { personOf } from './people.ts';

/** A button as a signed delivery announced it. `user` is the member id of whoever pressed it. */
export type PressedButton = ButtonFor & { readonly verdict: Verdict; readonly user: string };
export type ButtonObeyed =
  | { readonly kind: 'obeyed'; readonly verdict: Verdict }
  | { readonly kind: 'refused'; readonly why: string };
type Deps = AnswerDeps & { readonly notify: Notify | undefined };

const WORDS: Readonly<Record<Verdict, string>> = { approve: 'Approved', reject: 'Rejected' };

/**
 * Takes the answer of whoever pressed a button in the chat, as from any other door: a mapped person, an approver, four
 * eyes, and the plan that the message showed. What came of it is said in the chat. A member nobody knows is refused by
 * the same rule, so that the attempt stands in the ledger. Throws Fault: Unavailable.
 */
export async function obeyButton(deps: Deps, pressed: PressedButton): Promise<ButtonObeyed> {
  const obeyed = await answer(deps, pressed);
  const text =
    obeyed.kind === 'obeyed'
      ? `${WORDS[obeyed.verdict]}: recorded (${pressed.approvalId}).`
      : `Not done: ${obeyed.why} (${pressed.approvalId}).`;
  // the word in the chat is a courtesy: what was decided stands
  await deps.notify?.send({ text }).catch(() => undefined);
  return obeyed;
}

async function answer(
  deps: Deps,
  { approvalId, planHash, verdict, user }: PressedButton,
): Promise<ButtonObeyed> {
  const known = await personOf(deps.store, 'slack', user);
  try {
    await answerApprovalBy(deps, {
      ...{ approvalId, verdict, seenPlanHash: planHash, overrides: [], via: 'slack' },
      reason: 'a button in the chat',
      person: known?.person ?? `slack:${user}`,
      role: known?.role,
    });
    return { kind: 'obeyed', verdict };
  } catch (thrown) {
    if (!isFault(thrown, 'Forbidden', 'Conflict', 'InvalidInput', 'NotFound')) throw thrown;
    const why = known === undefined ? 'this member is mapped to no person' : thrown.message;
    return { kind: 'refused', why };
  }
}
