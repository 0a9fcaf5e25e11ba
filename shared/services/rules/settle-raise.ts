import { millis, rule } from '../../kernel/index.ts';
import type { DeployLevel } from '../contract.ts';

export type SettleRaiseInputs = {
  readonly id: string;
  readonly askedBy: string;
  readonly deadlineAt: string;
  /** The level when it was asked, and now. */
  readonly from: DeployLevel;
  readonly before: DeployLevel;
  readonly approval: { readonly state: string; readonly person: string | null };
  readonly now: string;
};

/** What becomes of a raise: set by the yes of another person while nobody moved the level meanwhile. */
export const settleRaise = rule(
  'settle-raise',
  1,
  (inputs: SettleRaiseInputs): { readonly to: 'wait' | 'set' | 'moved-on' | 'deadline' | 'refused' } => {
    const { approval, askedBy, from, before, now, deadlineAt } = inputs;
    const another = approval.person !== null && approval.person !== askedBy;
    if (approval.state === 'Rejected') return { to: 'refused' };
    if (from !== before) return { to: 'moved-on' };
    if (approval.state === 'Approved') return { to: another ? 'set' : 'refused' };
    if (approval.state !== 'Open') return { to: 'refused' };
    return { to: millis(now) < millis(deadlineAt) ? 'wait' : 'deadline' };
  },
);
