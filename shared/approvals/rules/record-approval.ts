import { rule } from '../../kernel/index.ts';
import type { ApprovalEvent, ApprovalState, KnownPerson } from '../contract.ts';

/** A question is put to people: the outcome is the plan it is about. */
export const askApprovalRule = rule(
  'ask-approval',
  1,
  (inputs: {
    readonly planHash: string;
    readonly facts: Readonly<Record<string, string | number>>;
    readonly notBy: readonly string[];
    readonly overridable: readonly string[];
    readonly deadlineAt: string;
  }) => ({ planHash: inputs.planHash }),
);

const CLOSINGS = {
  Expired: 'ApprovalExpired',
  Withdrawn: 'ApprovalWithdrawn',
  Used: 'ApprovalUsed',
  Spent: 'ApprovalSpent',
} as const satisfies Partial<Record<ApprovalState, ApprovalEvent>>;
export type Closing = keyof typeof CLOSINGS;

export type CloseApprovalInputs = {
  readonly state: ApprovalState;
  /** Whether what asked acted on it, ran out of time, or no longer needs it. */
  readonly because: 'acted' | 'deadline' | 'moved-on';
};

/** What becomes of a question that whoever asked has done with; null when there is nothing left to close. */
export const closeApprovalRule = rule(
  'close-approval',
  1,
  ({
    state,
    because,
  }: CloseApprovalInputs): { readonly to: Closing; readonly event: ApprovalEvent } | null => {
    const to = closingOf(state, because);
    return to === undefined ? null : { to, event: CLOSINGS[to] };
  },
);

function closingOf(state: ApprovalState, because: CloseApprovalInputs['because']): Closing | undefined {
  if (state === 'Open') return because === 'deadline' ? 'Expired' : 'Withdrawn';
  if (state === 'Approved') return because === 'acted' ? 'Used' : 'Spent';
  return undefined;
}

/** Who is who is set as a whole. */
export const setPeople = rule('set-people', 1, ({ people }: { readonly people: readonly KnownPerson[] }) => ({
  people: people.length,
  identities: people.reduce((sum, { identities }) => sum + identities.length, 0),
}));
