import type { RolloutEvent, RolloutStateName } from './contract.ts';

type Transition = {
  readonly from: RolloutStateName | 'None';
  readonly event: RolloutEvent;
  readonly to: RolloutStateName;
};

/** States in which a canary takes traffic, so that it is judged. */
export const EXPOSED = ['AtStage', 'Held', 'Paused', 'Baking'] as const;
/** States from which traffic can go back to the baseline. */
const RETURNING = ['Planned', 'Shifting', ...EXPOSED] as const;
const OPEN = [...RETURNING, 'RollingBack'] as const;

function each(
  from: readonly Transition['from'][],
  event: RolloutEvent,
  to: RolloutStateName,
): readonly Transition[] {
  return from.map((state) => ({ from: state, event, to }));
}

/** Every step a rollout can take. A pair that is not in it is refused, and the refusal is a decision. */
export const TRANSITIONS: readonly Transition[] = [
  { from: 'None', event: 'RolloutPlanned', to: 'Planned' },
  ...each(['Planned', 'Shifting'], 'StageStarted', 'AtStage'),
  ...each(['Planned', 'Shifting'], 'PromotionMade', 'Baking'),
  { from: 'AtStage', event: 'StagePassed', to: 'Shifting' },
  ...each(['AtStage', 'Shifting', 'Planned', 'Paused'], 'RolloutHeld', 'Held'),
  { from: 'Baking', event: 'RolloutHeld', to: 'Held' },
  // What was missing is there again, or a person says that it may go on.
  { from: 'Held', event: 'HoldEnded', to: 'AtStage' },
  { from: 'Held', event: 'HoldEnded', to: 'Shifting' },
  { from: 'Held', event: 'HoldEnded', to: 'Baking' },
  { from: 'Held', event: 'HoldEnded', to: 'Promoted' },
  // While it holds for one reason, a graver one may come up.
  { from: 'Held', event: 'RolloutHeld', to: 'Held' },
  { from: 'Held', event: 'Paged', to: 'Held' },
  { from: 'AtStage', event: 'RolloutPaused', to: 'Paused' },
  { from: 'Paused', event: 'RolloutResumed', to: 'AtStage' },
  ...each(['AtStage', 'Held', 'Paused'], 'PromotionRequested', 'Shifting'),
  // A verdict that says ROLLBACK once stays: nothing leads from it back to a stage.
  ...each(['AtStage', 'Held', 'Paused'], 'CanaryCondemned', 'RollingBack'),
  // Also one that a promotion came before.
  ...each(['Shifting', 'Baking'], 'CanaryCondemned', 'RollingBack'),
  ...each(['AtStage', 'Held', 'Paused', 'Shifting', 'Baking'], 'CanaryCondemned', 'Held'),
  // Also once what was missing in a bake is measured after all.
  ...each(['Baking', 'Held'], 'BakeCondemned', 'RollingBack'),
  ...each(['Baking', 'Held'], 'BakeCondemned', 'Held'),
  ...each(['Baking', 'Held'], 'BakeCondemned', 'Promoted'),
  ...each(RETURNING, 'AbortRequested', 'RollingBack'),
  { from: 'Held', event: 'HoldRejected', to: 'RollingBack' },
  ...each(['Held', 'Paused'], 'RolloutFrozen', 'Aborted'),
  ...each(['Held', 'Paused'], 'HoldTimedOut', 'RollingBack'),
  { from: 'RollingBack', event: 'TrafficRestored', to: 'RolledBack' },
  { from: 'RollingBack', event: 'TrafficRestored', to: 'Aborted' },
  { from: 'Baking', event: 'BakeEnded', to: 'Promoted' },
  // Everything else ends or holds by its own deadline: only these two can be entered again and again.
  ...each(['Held', 'Paused'], 'Stale', 'RollingBack'),
  // Its workflow was never started, so nothing has moved.
  ...each(['Planned', 'RollingBack'], 'Stale', 'Aborted'),
  // A bug of ours, or traffic that cannot be moved back, must not leave a rollout hanging.
  ...each(['Planned', 'Shifting', 'AtStage', 'Paused', 'Baking'], 'HandedOver', 'Held'),
  { from: 'RollingBack', event: 'HandedOver', to: 'RollingBack' },
];

const ALLOWED = new Set(TRANSITIONS.map(({ from, event, to }) => `${from} ${event} ${to}`));

/** Whether the table has this step. */
export function isAllowed(from: Transition['from'], event: RolloutEvent, to: RolloutStateName): boolean {
  return ALLOWED.has(`${from} ${event} ${to}`);
}

/** Whether the rollout can still move. */
export function isOpenState(state: RolloutStateName): boolean {
  return OPEN.some((open) => open === state);
}
