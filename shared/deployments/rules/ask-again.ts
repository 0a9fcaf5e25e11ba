import { rule } from '../../kernel/index.ts';
import type { PlannedRollout } from '../planned-rollout.ts';

export type AskAgainInputs = {
  /** The rollout that people were asked about, and the one that would run by the registry as it is now. */
  readonly asked: PlannedRollout;
  readonly now: PlannedRollout;
};

/** What differs between the rollout that people were asked about and the one that would run: nothing, and the answer stands. */
export const askAgain = rule('ask-again', 1, ({ asked, now }: AskAgainInputs) => ({
  moved: NAMES.filter((name) => asked[name] !== now[name]),
}));

const NAMES = [
  ...['plan', 'preset', 'presetAskedFor', 'stages', 'bake', 'bakeSeconds', 'rBad', 'burstFactor'],
] as const satisfies readonly (keyof PlannedRollout)[];
