import * as z from 'zod';
import { Fault, parse } from '../../kernel/index.ts';
import {
  checkRun,
  checkSuite,
  commitStatus,
  type GithubSignal,
  outcomeOf,
  Repository,
  Sha,
  workflowRun,
} from './github-checks.ts';
import { issueComment, pullRequest } from './github-pull-requests.ts';
import { type Mapper, timeOf } from './mapped.ts';

const Text = z.string().nullish();
const DeploymentStatus = z.looseObject({
  repository: Repository,
  deployment_status: z.looseObject({
    state: z.string(),
    created_at: Text,
    log_url: Text,
    target_url: Text,
  }),
  deployment: z.looseObject({ sha: Sha, environment: z.string() }),
});
const Push = z.looseObject({ ref: z.string(), after: Sha, repository: Repository });

const READERS: Readonly<Record<string, (body: unknown) => GithubSignal | undefined>> = {
  check_run: checkRun,
  check_suite: checkSuite,
  status: commitStatus,
  workflow_run: workflowRun,
  deployment_status: deploymentStatus,
  pull_request: pullRequest,
  issue_comment: issueComment,
  push,
};
/** News of the forge itself: they wake who waits for them and never open a rollback, so that our own do not come back. */
export const FORGE_KINDS: readonly string[] = [
  'check_run',
  'check_suite',
  'status',
  'workflow_run',
  'pull_request',
  'issue_comment',
  'push',
];

/** GitHub's events, told apart by `x-github-event`. A ping, or an event nobody here reads, leaves no signal. */
export const mapGithub: Mapper = ({ body, headers }) => {
  const event = headerOf(headers, 'x-github-event');
  const delivery = headerOf(headers, 'x-github-delivery');
  if (event === 'ping') return { kind: 'ping' };
  const read = Object.hasOwn(READERS, event) ? READERS[event] : undefined;
  if (read === undefined) return { kind: 'signals', signals: [] };
  const signal = read(body);
  if (signal === undefined) return { kind: 'signals', signals: [] };
  return { kind: 'signals', signals: [{ ...signal, sourceEventId: delivery, kind: event }] };
};

function headerOf(headers: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = headers[name];
  if (value !== undefined && value !== '') return value;
  const issues = [{ path: name, message: 'is missing' }];
  throw new Fault('InvalidInput', `the github delivery is not valid: ${name} is missing`, { issues });
}

function deploymentStatus(body: unknown): GithubSignal {
  const event = parse(DeploymentStatus, body, 'the deployment_status body');
  const { deployment, deployment_status: status } = event;
  const repository = event.repository.full_name;
  const startsAt = timeOf(status.created_at);
  return {
    fingerprint: [repository, deployment.environment].join('|'),
    ...outcomeOf(status.state),
    title: `deployment of ${repository}@${deployment.sha.slice(0, 7)} to ${deployment.environment}: ${status.state}`,
    revision: deployment.sha,
    ...(startsAt !== undefined && { startsAt }),
    links: [status.log_url, status.target_url],
    labels: { repository, environment: deployment.environment, sha: deployment.sha, state: status.state },
  };
}

function push(body: unknown): GithubSignal {
  const { ref, after, repository } = parse(Push, body, 'the push body');
  return {
    fingerprint: [repository.full_name, ref].join('|'),
    status: 'info',
    severity: 'info',
    title: `push to ${repository.full_name} ${ref}`,
    revision: after,
    links: [],
    labels: { repository: repository.full_name, ref, sha: after },
  };
}
