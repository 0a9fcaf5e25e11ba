import { Fault } from '../kernel/index.ts';
import type { Refused } from './refuse-request.ts';

/**
 * What a workflow's run may not deploy: services of another repository than its own, and another revision than the one it
 * runs at. Names are told apart as the forge does, whatever their case. A caller that is no run passes (undefined); what it
 * may do is said by its role.
 */
export function refusalOfRun(
  run: { readonly repository: string; readonly sha: string } | undefined,
  asked: { readonly service: string; readonly repository: string; readonly revision: string },
): Refused | undefined {
  if (run === undefined) return undefined;
  if (run.repository.toLowerCase() !== asked.repository.toLowerCase()) {
    const text = `a workflow of ${run.repository} cannot deploy ${asked.service}: it is built from ${asked.repository}`;
    return { refusal: 'RUN_OF_OTHER_REPOSITORY', fault: new Fault('Forbidden', text) };
  }
  if (run.sha === asked.revision) return undefined;
  const text = `a workflow that runs at ${run.sha} cannot deploy ${asked.revision}`;
  return { refusal: 'RUN_OF_OTHER_REVISION', fault: new Fault('Forbidden', text) };
}
