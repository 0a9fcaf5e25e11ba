import { Fault } from '../kernel/index.ts';

/**
 * Refuses what a workflow's run may not deploy: services of another repository than its own, and another revision than
 * the one it runs at. Names are told apart as the forge does, whatever their case. A caller that is no run passes; what
 * it may do is said by its role. Throws Fault('Forbidden').
 */
export function assertRunMayDeploy(
  run: { readonly repository: string; readonly sha: string } | undefined,
  asked: { readonly service: string; readonly repository: string; readonly revision: string },
): void {
  if (run === undefined) return;
  if (run.repository.toLowerCase() !== asked.repository.toLowerCase()) {
    throw new Fault(
      'Forbidden',
      `a workflow of ${run.repository} cannot deploy ${asked.service}: it is built from ${asked.repository}`,
    );
  }
  if (run.sha !== asked.revision) {
    throw new Fault('Forbidden', `a workflow that runs at ${run.sha} cannot deploy ${asked.revision}`);
  }
}
