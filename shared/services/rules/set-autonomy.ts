import { rule } from '../../kernel/index.ts';
import { AUTONOMY_LEVELS, type AutonomyLevel, type AutonomySetting } from '../contract.ts';

export type SetAutonomyInputs = { readonly before: AutonomyLevel; readonly setting: AutonomySetting };
export type SetAutonomyOutcome = {
  readonly from: AutonomyLevel;
  readonly to: AutonomyLevel;
  readonly change: 'raised' | 'lowered' | 'kept';
};

/** Whether a new level gives Holdfast more or less room. */
export const setAutonomy = rule(
  'set-autonomy',
  1,
  ({ before, setting }: SetAutonomyInputs): SetAutonomyOutcome => {
    const steps = AUTONOMY_LEVELS.indexOf(setting.level) - AUTONOMY_LEVELS.indexOf(before);
    const moved = steps > 0 ? 'raised' : 'lowered';
    return { from: before, to: setting.level, change: steps === 0 ? 'kept' : moved };
  },
);
