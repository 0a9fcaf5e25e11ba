export const AUTONOMY_EVENTS = [
  'AutonomyChanged',
  'AutonomyRaiseAsked',
  'AutonomyRaiseDropped',
  'KillSwitchOn',
  'KillSwitchOff',
] as const;

/** How much Holdfast may do by itself, from least to most. */
export const AUTONOMY_LEVELS = ['observe', 'suggest', 'approve', 'auto'] as const;
export type AutonomyLevel = (typeof AUTONOMY_LEVELS)[number];
/** A new service starts here. */
export const FIRST_LEVEL: AutonomyLevel = 'observe';
/**
 * Levels of a deployment: the four, and the seed's presets, which are automatic up to a risk (the table stands in
 * shared/policies/rules/allowed-autonomy.ts). From least to most; `shadow` allows what `observe` allows.
 */
export const DEPLOY_LEVELS = [
  'observe',
  'shadow',
  'suggest',
  'approve',
  'assisted',
  'governed',
  'learning',
  'auto',
] as const;
export type DeployLevel = (typeof DEPLOY_LEVELS)[number];
/** Seconds in which another person can grant a higher level. */
export const RAISE_ANSWER_SECONDS = 86_400;
/** What a level is set for. */
export type Action = 'rollback' | 'deploy';
