import { isoTime, millis, rule } from '../../kernel/index.ts';
import type { BreakGlassRequest } from '../contract.ts';

export type AskBreakGlassInputs = {
  readonly request: BreakGlassRequest;
  readonly askedBy: string;
  readonly now: string;
  readonly answerSeconds: number;
};

/** Glass is asked to be broken: until when the other person can grant it. */
export const askBreakGlass = rule(
  'ask-break-glass',
  1,
  ({ askedBy, now, answerSeconds }: AskBreakGlassInputs) => ({
    askedBy,
    askedAt: now,
    deadlineAt: isoTime(millis(now) + answerSeconds * 1000),
  }),
);

export type SettleBreakGlassInputs = {
  readonly id: string;
  readonly minutes: number;
  readonly askedBy: string;
  readonly deadlineAt: string;
  readonly approval: { readonly state: string; readonly person: string | null; readonly at: string | null };
  readonly now: string;
};
export type SettleBreakGlassOutcome = {
  readonly to: 'asked' | 'open' | 'refused' | 'lapsed';
  readonly grantedBy?: string;
  readonly expiresAt?: string;
};

/**
 * What becomes of it. It opens only by another person than the one who asked, and its time runs from the answer: a grant that
 * is acted on late does not last longer.
 */
export const settleBreakGlass = rule(
  'settle-break-glass',
  1,
  ({ minutes, askedBy, deadlineAt, approval, now }: SettleBreakGlassInputs): SettleBreakGlassOutcome => {
    const { state, person, at } = approval;
    if (state === 'Approved' && person !== null && at !== null && person !== askedBy)
      return { to: 'open', grantedBy: person, expiresAt: isoTime(millis(at) + minutes * 60_000) };
    if (state === 'Open') return { to: millis(now) < millis(deadlineAt) ? 'asked' : 'lapsed' };
    return { to: state === 'Expired' ? 'lapsed' : 'refused' };
  },
);
