/** Kept for the replay of decisions that it took. */
import { fromDecimal, rule } from '../../kernel/index.ts';
import { lastBadRun, type Reading } from './readings.ts';

const INVARIANTS = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8'] as const;
type InvariantId = (typeof INVARIANTS)[number];

export type CheckInvariantsInputs = {
  readonly environment: string;
  readonly mode: 'observe' | 'suggest' | 'approve' | 'auto';
  /** Read for this check, not from the store; null = it could not be read. */
  readonly reading: Reading | null;
  readonly readings: readonly Reading[];
  readonly candidate: { readonly revision: string; readonly uptime?: string | undefined };
  readonly ci: { readonly state: 'success' | 'failure' | 'pending' | 'none' } | null;
  readonly pullRequest: {
    readonly number: number;
    readonly state: string;
    readonly headSha: string;
    readonly expectedHeadSha: string;
    readonly changedFiles: readonly string[];
  } | null;
  /** Open rollback pull requests of this service and environment, and others of ours that touch the same file. */
  readonly conflicts: { readonly sameTarget: readonly number[]; readonly sameFile: readonly number[] } | null;
  readonly protection: {
    readonly requiredApprovals: number;
    /** Approving reviews of this very head at the forge. */
    readonly approvals: number;
    readonly mergeQueue: boolean;
    readonly missingChecks: readonly string[];
  } | null;
  /** A person's approval of this pull request, with the invariants it names; null = none was given. */
  readonly approval: {
    readonly id: string;
    readonly person: string;
    readonly overrides: readonly string[];
    readonly headSha: string;
  } | null;
  readonly now: string;
  readonly limits: {
    readonly checks: number;
    readonly spanSeconds: number;
    readonly gapSeconds: number;
    readonly freshSeconds: number;
    readonly stableUptime: string;
    readonly maxFiles: number;
  };
};

export type InvariantResult = {
  readonly id: InvariantId;
  readonly result: 'pass' | 'wait' | 'fail' | 'overridden';
  readonly value: string;
};
type CheckInvariantsOutcome = {
  /**
   * merge: all eight pass, or the approval overrides what does not. wait: nothing failed for good, read again.
   * ask: a person must approve first. review: a person must look.
   */
  readonly verdict: 'merge' | 'wait' | 'ask' | 'review';
  readonly results: readonly InvariantResult[];
  readonly failed: readonly InvariantId[];
};

type Check = (inputs: CheckInvariantsInputs) => Omit<InvariantResult, 'id'>;
const pass = (value: string) => ({ result: 'pass' as const, value });
const wait = (value: string) => ({ result: 'wait' as const, value });
const fail = (value: string) => ({ result: 'fail' as const, value });

const CHECKS: Readonly<Record<InvariantId, Check>> = {
  I1: ({ environment }) =>
    environment === 'staging' ? pass(environment) : fail(`${environment} never merges by itself`),
  I2: ({ reading }) => {
    if (reading === null) return wait('health could not be read');
    return reading.health === 'Degraded' ? pass('Degraded') : wait(reading.health);
  },
  I3: ({ reading }) => {
    if (reading?.available === undefined || reading.desired === undefined)
      return wait('replicas could not be read');
    const value = `${reading.available} of ${reading.desired} replicas`;
    if (reading.available < reading.desired) return pass(value);
    return reading.health === 'Degraded'
      ? fail(`${value}: Degraded with full replicas is a fault of configuration`)
      : wait(value);
  },
  I4: (inputs) => {
    const run = lastBadRun(inputs.readings, inputs.limits.gapSeconds);
    const value = `${run.count} bad readings in a row over ${run.seconds} s`;
    const newest = inputs.readings.at(-1);
    if (newest === undefined || !(secondsSince(newest.observedAt, inputs.now) <= inputs.limits.gapSeconds))
      return wait(`${value}, but none is new enough`);
    return run.count >= inputs.limits.checks && run.seconds >= inputs.limits.spanSeconds
      ? pass(value)
      : wait(value);
  },
  I5: ({ candidate, limits }) => {
    if (candidate.uptime === undefined) return fail('no uptime was measured');
    const stable = fromDecimal(candidate.uptime) >= fromDecimal(limits.stableUptime);
    return stable
      ? pass(`uptime ${candidate.uptime}`)
      : fail(`uptime ${candidate.uptime}, below ${limits.stableUptime}`);
  },
  I6: ({ ci }) => {
    if (ci === null) return wait('checks could not be read');
    if (ci.state === 'success') return pass('all checks green');
    return ci.state === 'failure' ? fail('a check failed') : wait(`checks are ${ci.state}`);
  },
  I7: ({ conflicts, pullRequest }) => {
    if (conflicts === null || pullRequest === null) return wait('open pull requests could not be read');
    const others = [
      ...conflicts.sameTarget.filter((number) => number !== pullRequest.number),
      ...conflicts.sameFile,
    ];
    if (others.length > 0) return fail(`also open: ${others.map((number) => `#${number}`).join(', ')}`);
    // Closed, renamed or stripped of its labels since: then it is not the pull request that was opened.
    return pullRequest.state === 'open' && conflicts.sameTarget.includes(pullRequest.number)
      ? pass('the only one')
      : wait('this pull request is not among the open ones');
  },
  I8: ({ protection, pullRequest, approval, limits }) => {
    if (protection === null || pullRequest === null) return wait('branch rules could not be read');
    if (pullRequest.headSha !== pullRequest.expectedHeadSha)
      return fail('the head moved under the pull request');
    if (approval !== null && approval.headSha !== pullRequest.headSha)
      return fail('the head moved after the approval');
    if (pullRequest.changedFiles.length < 1 || pullRequest.changedFiles.length > limits.maxFiles) {
      return fail(`${pullRequest.changedFiles.length} files changed`);
    }
    if (protection.missingChecks.length > 0)
      return fail(`required checks are missing: ${protection.missingChecks.join(', ')}`);
    const missing = protection.requiredApprovals - protection.approvals;
    // Where a person has approved here, the reviews that the branch wants may still come there.
    if (missing > 0) return (approval === null ? fail : wait)(`${missing} reviews are missing at the forge`);
    return pass(
      protection.mergeQueue
        ? 'rules satisfied; merges by the queue'
        : 'rules satisfied; the merge call decides',
    );
  },
};

/**
 * What an approval lets pass although it does not hold: the environment, which is why a person was asked; full replicas
 * and an uptime that nobody measured, if it names them. A measured uptime below the limit stays a failure.
 */
function overrides(inputs: CheckInvariantsInputs, { id, result }: Omit<InvariantResult, 'value'>): boolean {
  if (inputs.approval === null || result !== 'fail') return false;
  if (id === 'I1') return true;
  const named = inputs.approval.overrides.includes(id);
  return named && (id === 'I3' || (id === 'I5' && inputs.candidate.uptime === undefined));
}

function judge(inputs: CheckInvariantsInputs, id: InvariantId): InvariantResult {
  const judged = { id, ...CHECKS[id](inputs) };
  return overrides(inputs, judged) ? { ...judged, result: 'overridden' } : judged;
}

/**
 * The eight invariants of a merge, each with the value it was judged on. What cannot be read never passes: it is read
 * again until the deadline hands over to a person. Only mode auto answers `merge` without an approval; with one, all
 * must hold again but for what it overrides.
 */
export const checkInvariantsV2 = rule(
  'check-invariants',
  2,
  (inputs: CheckInvariantsInputs): CheckInvariantsOutcome => {
    const results = INVARIANTS.map((id) => judge(inputs, id));
    const failed = results.filter((each) => each.result === 'fail').map((each) => each.id);
    const fresh =
      inputs.reading !== null &&
      secondsSince(inputs.reading.observedAt, inputs.now) <= inputs.limits.freshSeconds;
    const allPass = results.every((each) => each.result === 'pass' || each.result === 'overridden');
    if (inputs.mode === 'observe' || inputs.mode === 'suggest') return { verdict: 'wait', results, failed };
    if (inputs.mode === 'approve' && inputs.approval === null) return { verdict: 'ask', results, failed };
    if (failed.length > 0) return { verdict: 'review', results, failed };
    return { verdict: allPass && fresh ? 'merge' : 'wait', results, failed };
  },
);

function secondsSince(from: string, now: string): number {
  return (Date.parse(now) - Date.parse(from)) / 1000;
}
