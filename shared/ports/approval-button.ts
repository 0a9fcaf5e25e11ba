/** What a button in the chat answers: the question, and the plan as the message showed it. */
export type ButtonFor = { readonly approvalId: string; readonly planHash: string };
type Answer = 'approve' | 'reject';

const ACTIONS: Readonly<Record<Answer, string>> = {
  approve: 'holdfast.approve',
  reject: 'holdfast.reject',
};
const VALUE = /^(apr_[0-9A-HJKMNP-TV-Z]{26})\|([0-9a-f]{64})$/;

/** A button as it stands in a message: nothing in it is secret, since whoever presses it must be somebody. */
export function buttonOf(verdict: Answer, { approvalId, planHash }: ButtonFor) {
  return { action: ACTIONS[verdict], value: `${approvalId}|${planHash}` };
}

/** What a pressed button answers; undefined when it is none of ours. */
export function readButton(
  action: string,
  value: string,
): (ButtonFor & { readonly verdict: Answer }) | undefined {
  const verdict = (['approve', 'reject'] as const).find((each) => ACTIONS[each] === action);
  const [, approvalId, planHash] = VALUE.exec(value) ?? [];
  if (verdict === undefined || approvalId === undefined || planHash === undefined) return undefined;
  return { verdict, approvalId, planHash };
}
