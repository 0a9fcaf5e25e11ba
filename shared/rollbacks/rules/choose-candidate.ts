import { fromDecimal, rule } from '../../kernel/index.ts';

export type CandidateEvidence = {
  readonly revision: string;
  readonly message: string;
  readonly committedAt: string;
  readonly ci: 'success' | 'failure' | 'pending' | 'none' | 'unread';
  /** Fraction of good requests over the revision's own deployed window, a decimal string; absent = not measured. */
  readonly uptime?: string | undefined;
  readonly samples?: number | undefined;
  readonly deployedFrom?: string | undefined;
  readonly deployedTo?: string | undefined;
  /** The rollout whose judge condemned it in this service; absent when none did. Decisions from before rollouts have none. */
  readonly condemnedBy?: string | undefined;
};

export type ChooseCandidateInputs = {
  readonly current: string;
  /** When the current revision was committed: for whoever reads the decision, nothing is judged by it. Older decisions have none. */
  readonly currentCommittedAt?: string;
  /** Ancestors of the current revision, newest first, as far as the search got. */
  readonly evidence: readonly CandidateEvidence[];
  readonly search: {
    readonly ended: 'found' | 'exhausted' | 'timed-out' | 'unreadable';
    readonly examined: number;
  };
  readonly now: string;
  readonly limits: { readonly stableUptime: string; readonly days: number; readonly commits: number };
};

export type Considered = {
  readonly revision: string;
  readonly verdict: 'passes' | 'refused';
  readonly reason: string;
};
export type ChooseCandidateOutcome = {
  readonly candidate: string | null;
  /** False when nothing was measured of it: then it may be proposed but never merged without a person (I5). */
  readonly measured: boolean;
  readonly considered: readonly Considered[];
};

const DAY_MS = 86_400_000;

/** Why a commit may not be rolled back to, or undefined when it may. Exported because the search stops at the first that passes. */
export function refusal(
  evidence: CandidateEvidence,
  inputs: Pick<ChooseCandidateInputs, 'current' | 'now' | 'limits'>,
): string | undefined {
  if (evidence.revision === inputs.current) return 'is the degraded revision';
  if (evidence.condemnedBy !== undefined) return `was condemned by ${evidence.condemnedBy}`;
  const ageDays = (Date.parse(inputs.now) - Date.parse(evidence.committedAt)) / DAY_MS;
  if (!(ageDays <= inputs.limits.days)) return `is older than ${inputs.limits.days} days`;
  if (
    evidence.uptime !== undefined &&
    fromDecimal(evidence.uptime) < fromDecimal(inputs.limits.stableUptime)
  ) {
    return `its uptime was ${evidence.uptime}, below ${inputs.limits.stableUptime}`;
  }
  if (evidence.ci !== 'success') return `its checks are ${evidence.ci}`;
  return undefined;
}

/** The newest ancestor whose checks are green and whose measured uptime, where there is one, is at least 99 %. */
export const chooseCandidate = rule(
  'choose-candidate',
  1,
  (inputs: ChooseCandidateInputs): ChooseCandidateOutcome => {
    const considered: Considered[] = [];
    for (const evidence of inputs.evidence.slice(0, inputs.limits.commits)) {
      const reason = refusal(evidence, inputs);
      considered.push({
        revision: evidence.revision,
        verdict: reason === undefined ? 'passes' : 'refused',
        reason: reason ?? passing(evidence),
      });
      if (reason === undefined)
        return { candidate: evidence.revision, measured: evidence.uptime !== undefined, considered };
    }
    return { candidate: null, measured: false, considered };
  },
);

function passing(evidence: CandidateEvidence): string {
  if (evidence.uptime === undefined) return 'its checks are green; no uptime was measured';
  return `its checks are green and its uptime was ${evidence.uptime} over ${evidence.samples ?? 0} requests`;
}
