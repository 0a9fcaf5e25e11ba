import { rule } from '../../kernel/index.ts';

export type JudgeCiInputs = {
  readonly headSha: string;
  readonly state: 'success' | 'failure' | 'pending' | 'none' | 'unread';
  readonly checks: readonly { readonly name: string; readonly conclusion: string }[];
  readonly now: string;
  readonly deadlineAt: string;
};
export type JudgeCiOutcome = {
  readonly verdict: 'succeeded' | 'failed' | 'timed-out' | 'pending';
  readonly failed: readonly string[];
};

const GREEN = new Set(['success', 'neutral', 'skipped']);

/** Green only when at least one check reported and all are green: zero checks is not success (I6). */
export const judgeCi = rule('judge-ci', 1, (inputs: JudgeCiInputs): JudgeCiOutcome => {
  if (inputs.state === 'success') return { verdict: 'succeeded', failed: [] };
  if (inputs.state === 'failure') {
    return {
      verdict: 'failed',
      failed: inputs.checks.filter((check) => !GREEN.has(check.conclusion)).map((check) => check.name),
    };
  }
  const late = Date.parse(inputs.now) >= Date.parse(inputs.deadlineAt);
  return { verdict: late ? 'timed-out' : 'pending', failed: [] };
});
