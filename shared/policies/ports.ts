import type { Policy, PolicyText } from './contract.ts';

/**
 * Reads policies as people write them, checked against the schema of facts. Throws Fault('InvalidInput') with an issue for
 * each that is wrong: no Cedar, an attribute or action that is unknown (named), or an expression that is not offered.
 */
export type ReadPolicies = (policies: readonly PolicyText[]) => readonly Policy[];
