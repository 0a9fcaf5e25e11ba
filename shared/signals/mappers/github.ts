import * as z from 'zod';
import { Fault, parse } from '../../kernel/index.ts';
import {
  checkRun,
  checkSuite,
  commitStatus,
  type GithubSignal,
  Repository,
  Sha,
  workflowRun,
} from './github-checks.ts';
import { deployment, deploymentStatus } from './github-deployments.ts';
import { issueComment, mergeGroup, pullRequest, pullRequestReview } from './github-pull-requests.ts';
import type { Mapper } from './mapped.ts';

const Sent = z.looseObject({ sender: z.looseObject({ login: z.string() }).nullish() });
const Push = z.looseObject({ ref: z.string(), after: Sha, repository: Repository });

const READERS: Readonly<Record<string, (body: unknown) => GithubSignal | undefined>> = {
  check_run: checkRun,
  check_suite: checkSuite,
  status: commitStatus,
  workflow_run: workflowRun,
  deployment,
  deployment_status: deploymentStatus,
  pull_request: pullRequest,
  pull_request_review: pullRequestReview,
  merge_group: mergeGroup,
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
  'pull_request_review',
  'merge_group',
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
  const labels = event === 'issue_comment' ? signal.labels : { ...signal.labels, sender: senderOf(body) };
  return { kind: 'signals', signals: [{ ...signal, labels, sourceEventId: delivery, kind: event }] };
};

/** Who set it off. */
function senderOf(body: unknown): string | undefined {
  const found = Sent.safeParse(body);
  return found.success ? found.data.sender?.login : undefined;
}

function headerOf(headers: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = headers[name];
  if (value !== undefined && value !== '') return value;
  const issues = [{ path: name, message: 'is missing' }];
  throw new Fault('InvalidInput', `the github delivery is not valid: ${name} is missing`, { issues });
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
