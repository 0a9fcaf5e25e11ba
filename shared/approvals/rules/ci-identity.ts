import type { CiGrants } from '../ci-grants.ts';

/** A run of a workflow, as its token names it. `login` is who set it off. */
export type CiRun = { readonly repository: string; readonly sha: string; readonly login?: string };

/**
 * The run that a token stands for when one of the grants names its repository, ref and event, each exactly; undefined
 * for every other token, and for one that leaves a claim out.
 */
export function ciRunOf(claims: Readonly<Record<string, unknown>>, grants: CiGrants): CiRun | undefined {
  const { repository, sha, ref, event_name: event, actor } = claims;
  const granted = grants.some(
    (grant) =>
      grant.repository === repository &&
      grant.refs.some((known) => known === ref) &&
      grant.events.some((known) => known === event) &&
      (grant.repositoryId === undefined || grant.repositoryId === claims.repository_id) &&
      (grant.workflows === undefined || grant.workflows.some((known) => known === claims.job_workflow_ref)),
  );
  if (!granted || typeof repository !== 'string') return undefined;
  if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/.test(sha)) return undefined;
  return { repository, sha, ...(typeof actor === 'string' && actor !== '' && { login: actor }) };
}
