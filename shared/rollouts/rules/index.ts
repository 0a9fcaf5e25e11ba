import type { AnyRule } from '../../kernel/index.ts';
import { judgeBake } from './judge-bake.ts';
import { judgeRollout } from './judge-rollout.ts';
import { planRollout } from './plan-rollout.ts';
import { rawGuards } from './raw-guards.ts';

/** Every rule that judges or plans a rollout, for replay; earlier versions stay for the decisions they took. */
export const judgeRules: readonly AnyRule[] = [judgeRollout, rawGuards, judgeBake, planRollout];
