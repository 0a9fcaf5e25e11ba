import * as z from 'zod';
import { parse } from '../../kernel/index.ts';
import { type GithubSignal, outcomeOf, Repository, Sha } from './github-checks.ts';
import { timeOf } from './mapped.ts';

const Text = z.string().nullish();
const Deployed = z.looseObject({
  id: z.int().nullish(),
  sha: Sha,
  environment: z.string(),
  ref: Text,
  created_at: Text,
  creator: z.looseObject({ login: z.string() }).nullish(),
});
type Deployed = z.infer<typeof Deployed>;
const Deployment = z.looseObject({ repository: Repository, deployment: Deployed });
const DeploymentStatus = z.looseObject({
  repository: Repository,
  deployment: Deployed,
  deployment_status: z.looseObject({
    state: z.string(),
    created_at: Text,
    log_url: Text,
    target_url: Text,
  }),
});

/** A deployment that was asked for: nothing is known of how it goes. */
export function deployment(body: unknown): GithubSignal {
  const event = parse(Deployment, body, 'the deployment body');
  return deployed(event.repository.full_name, event.deployment, 'created', event.deployment.created_at, []);
}

export function deploymentStatus(body: unknown): GithubSignal {
  const event = parse(DeploymentStatus, body, 'the deployment_status body');
  const { state, created_at: at, log_url: log, target_url: target } = event.deployment_status;
  return deployed(event.repository.full_name, event.deployment, state, at, [log, target]);
}

/** The problem is that of the environment: the next deployment there resolves it. */
function deployed(
  repository: string,
  { sha, environment, ref, id, creator }: Deployed,
  state: string,
  at: string | null | undefined,
  links: readonly (string | null | undefined)[],
): GithubSignal {
  const startsAt = timeOf(at);
  return {
    fingerprint: [repository, environment].join('|'),
    ...outcomeOf(state),
    title: `deployment of ${repository}@${sha.slice(0, 7)} to ${environment}: ${state}`,
    revision: sha,
    ...(startsAt !== undefined && { startsAt }),
    links,
    labels: { repository, environment, sha, state, ref, deployment: id, creator: creator?.login },
  };
}
