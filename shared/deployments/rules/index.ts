import type { AnyRule } from '../../kernel/index.ts';
import { assessRisk } from './assess-risk.ts';
import { findSimilar } from './find-similar.ts';

/** Every rule of this folder, in every version that a decision may name: for replay. */
export const deploymentRules: readonly AnyRule[] = [findSimilar, assessRisk];
