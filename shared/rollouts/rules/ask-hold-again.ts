import { rule } from '../../kernel/index.ts';

export type AskHoldAgainInputs = {
  /** The digest of the plan that the question showed, and of the one that a yes would let pass now. */
  readonly asked: string;
  readonly now: string;
  /** Who said yes, and to which question. */
  readonly person: string;
  readonly approval: string;
};

/** Whether the plan was edited once more after people were asked about it: then their yes is to another. */
export const askHoldAgain = rule('ask-hold-again', 1, ({ asked, now }: AskHoldAgainInputs) => ({
  again: asked !== now,
}));
