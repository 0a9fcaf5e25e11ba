import { isoTime, millis, rule } from '../../kernel/index.ts';
import type { AutonomySetting, DeployLevel } from '../contract.ts';
import { setAutonomy } from './set-autonomy.ts';

export type AskRaiseInputs = {
  readonly before: DeployLevel;
  readonly setting: AutonomySetting;
  readonly askedBy: string;
  /** How many people, without the one who asks, could approve. */
  readonly others: number;
  readonly now: string;
  readonly answerSeconds: number;
};
export type AskRaiseOutcome = {
  /** at-once: it gives no more room. approval: another person answers. alone: nobody could, and it is staging. people: nobody could. */
  readonly needs: 'at-once' | 'approval' | 'alone' | 'people';
  readonly askedAt: string;
  readonly deadlineAt: string;
};

/** Whether a level may be set at once: more room for Holdfast needs another person. */
export const askRaise = rule('ask-raise', 1, (inputs: AskRaiseInputs): AskRaiseOutcome => {
  const { now, answerSeconds } = inputs;
  return { needs: needsOf(inputs), askedAt: now, deadlineAt: isoTime(millis(now) + answerSeconds * 1000) };
});

function needsOf({ before, setting, others }: AskRaiseInputs): AskRaiseOutcome['needs'] {
  if (setAutonomy.decide({ before, setting }).change !== 'raised') return 'at-once';
  if (others > 0) return 'approval';
  return setting.environment === 'staging' ? 'alone' : 'people';
}
