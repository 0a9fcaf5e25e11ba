import type { Counts, Health } from './types.ts';

type Seen = {
  readonly name: string;
  /** Whether anything was ever rolled out. */
  readonly deployed: boolean;
  readonly counts: Counts;
  /** Whether this rollout has been complete at least once. */
  readonly wasComplete: boolean;
  readonly deadlinePassed: boolean;
  /** What the last crash of a replica that is down now said. */
  readonly crash?: string;
};

/**
 * Health of a Deployment, in the order in which Argo CD judges it: a rollout is Progressing until every replica is
 * of the new revision and available, and Degraded when it passes its deadline. One rule goes further: a Deployment
 * that was complete and lost availability is Degraded at once. Plain Argo CD says Progressing there for ever,
 * which is why most installations customise it this way.
 */
export function assess(seen: Seen): Health {
  const { name, counts, crash } = seen;
  if (!seen.deployed) return { status: 'Missing', message: `nothing was deployed for ${name} yet` };
  if (counts.updatedReady >= counts.desired && counts.running === counts.updated)
    return { status: 'Healthy' };
  const shortage = `${counts.updatedReady} of ${counts.desired} updated replicas are available`;
  const why = crash === undefined ? '' : `; CrashLoopBackOff: ${crash}`;
  if (seen.wasComplete) return { status: 'Degraded', message: `${shortage}${why}` };
  if (!seen.deadlinePassed)
    return { status: 'Progressing', message: `Waiting for rollout to finish: ${shortage}${why}` };
  const message = `Deployment "${name}" exceeded its progress deadline (ProgressDeadlineExceeded): ${shortage}${why}`;
  return { status: 'Degraded', message };
}
