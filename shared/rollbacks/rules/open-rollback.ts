import { rule } from '../../kernel/index.ts';
import { MODES, type Mode } from '../contract.ts';

export type OpenRollbackInputs = {
  readonly service: string;
  readonly environment: string;
  readonly trigger: {
    readonly type: 'signal' | 'reading' | 'person';
    readonly id: string;
    readonly text: string;
  };
  readonly level: Mode;
  readonly killSwitchOn: boolean;
  readonly revision: string | null;
  /** The newest ended attempt of this service and environment, and what happened since it ended. */
  readonly previous: {
    readonly id: string;
    readonly revision: string | null;
    readonly healthyBetween: boolean;
  } | null;
  readonly attemptsToday: number;
  readonly attemptsAtOnce: number;
  readonly limits: { readonly perDay: number; readonly atOnce: number };
};

export const OPEN_REFUSALS = ['KILL_SWITCH', 'EPISODE_ENDED', 'QUOTA_PER_DAY', 'QUOTA_AT_ONCE'] as const;
export type OpenRefusal = (typeof OPEN_REFUSALS)[number];
export type OpenRollbackOutcome = {
  readonly open: boolean;
  readonly mode: Mode;
  readonly refusals: readonly OpenRefusal[];
};

/**
 * Whether a new attempt may be opened. One attempt per episode (service, environment and revision until Healthy for
 * 60 s or another revision); a person may ask again. Mode is the stricter of environment and autonomy.
 */
export const openRollback = rule('open-rollback', 1, (inputs: OpenRollbackInputs): OpenRollbackOutcome => {
  const refusals: OpenRefusal[] = [];
  if (inputs.killSwitchOn) refusals.push('KILL_SWITCH');
  if (inputs.trigger.type !== 'person' && sameEpisode(inputs)) refusals.push('EPISODE_ENDED');
  if (inputs.attemptsToday >= inputs.limits.perDay && inputs.trigger.type !== 'person')
    refusals.push('QUOTA_PER_DAY');
  if (inputs.attemptsAtOnce >= inputs.limits.atOnce) refusals.push('QUOTA_AT_ONCE');
  return { open: refusals.length === 0, mode: stricterMode(inputs.environment, inputs.level), refusals };
});

function sameEpisode({ previous, revision }: OpenRollbackInputs): boolean {
  if (previous === null || previous.healthyBetween) return false;
  return revision === null || previous.revision === null || previous.revision === revision;
}

/**
 * Staging may go as far as autonomy says; every other environment stops at a person's approval. An attempt never goes
 * further than it said when it began (`until`): raising autonomy meanwhile is for the next one.
 */
export function stricterMode(environment: string, level: Mode, until: Mode = 'auto'): Mode {
  const now = environment !== 'staging' && level === 'auto' ? 'approve' : level;
  return MODES.indexOf(now) < MODES.indexOf(until) ? now : until;
}
