import { rule } from '../../kernel/index.ts';
import { type AutonomySetting, DEPLOY_LEVELS, type DeployLevel } from '../contract.ts';

export type SetAutonomyInputs = { readonly before: DeployLevel; readonly setting: AutonomySetting };
export type SetAutonomyOutcome = {
  readonly from: DeployLevel;
  readonly to: DeployLevel;
  readonly change: 'raised' | 'lowered' | 'kept';
};

/** Whether a new level gives Holdfast more or less room. */
export const setAutonomy = rule(
  'set-autonomy',
  1,
  ({ before, setting }: SetAutonomyInputs): SetAutonomyOutcome => {
    const steps = rank(setting.level) - rank(before);
    const moved = steps > 0 ? 'raised' : 'lowered';
    return { from: before, to: setting.level, change: steps === 0 ? 'kept' : moved };
  },
);

/** Both record and do nothing else: going from one to the other gives no more room. */
function rank(level: DeployLevel): number {
  return DEPLOY_LEVELS.indexOf(level === 'shadow' ? 'observe' : level);
}
