import * as z from 'zod';
import { parse } from '../../kernel/index.ts';
import type { Severity, SignalStatus } from '../contract.ts';
import { type MappedSignal, timeOf } from './mapped.ts';

export const Repository = z.looseObject({ full_name: z.string().min(1) });
export const Sha = z.string().regex(/^[0-9a-f]{40,64}$/, 'must be a commit sha');
const Text = z.string().nullish();

const CheckRun = z.looseObject({
  action: z.string(),
  repository: Repository,
  check_run: z.looseObject({
    name: z.string(),
    head_sha: Sha,
    status: z.string(),
    conclusion: Text,
    started_at: Text,
    html_url: Text,
  }),
});
const CheckSuite = z.looseObject({
  action: z.string(),
  repository: Repository,
  check_suite: z.looseObject({
    head_sha: Sha,
    head_branch: Text,
    conclusion: Text,
    created_at: Text,
    app: z.looseObject({ id: z.number(), slug: Text }).nullish(),
  }),
});
const Status = z.looseObject({
  repository: Repository,
  sha: Sha,
  state: z.enum(['success', 'failure', 'error', 'pending']),
  context: z.string(),
  target_url: Text,
  created_at: Text,
});
const WorkflowRun = z.looseObject({
  action: z.string(),
  repository: Repository,
  workflow_run: z.looseObject({
    name: Text,
    head_sha: Sha,
    head_branch: Text,
    status: Text,
    conclusion: Text,
    created_at: Text,
    html_url: Text,
  }),
});

export type GithubSignal = Omit<MappedSignal, 'sourceEventId' | 'kind'>;

export function checkRun(body: unknown): GithubSignal {
  const { repository, check_run: run, action } = parse(CheckRun, body, 'the check_run body');
  return check({
    repository: repository.full_name,
    sha: run.head_sha,
    name: run.name,
    result: run.conclusion ?? run.status,
    at: run.started_at,
    link: run.html_url,
    labels: { action },
  });
}

/** Suites of several apps run on one commit: the app tells them apart. */
export function checkSuite(body: unknown): GithubSignal {
  const { repository, check_suite: suite, action } = parse(CheckSuite, body, 'the check_suite body');
  return check({
    repository: repository.full_name,
    sha: suite.head_sha,
    name: `suite ${suite.app?.id ?? ''}`,
    result: suite.conclusion ?? 'pending',
    at: suite.created_at,
    labels: { action, branch: suite.head_branch },
  });
}

export function commitStatus(body: unknown): GithubSignal {
  const status = parse(Status, body, 'the status body');
  return check({
    repository: status.repository.full_name,
    sha: status.sha,
    name: status.context,
    result: status.state,
    at: status.created_at,
    link: status.target_url,
    labels: {},
  });
}

export function workflowRun(body: unknown): GithubSignal {
  const { repository, workflow_run: run, action } = parse(WorkflowRun, body, 'the workflow_run body');
  return check({
    repository: repository.full_name,
    sha: run.head_sha,
    name: `workflow ${run.name ?? ''}`,
    result: run.conclusion ?? run.status ?? 'pending',
    at: run.created_at,
    link: run.html_url,
    labels: { action, branch: run.head_branch },
  });
}

type Check = {
  readonly repository: string;
  readonly sha: string;
  readonly name: string;
  readonly result: string;
  readonly at: string | null | undefined;
  readonly link?: string | null | undefined;
  readonly labels: Readonly<Record<string, unknown>>;
};

function check({ repository, sha, name, result, at, link, labels }: Check): GithubSignal {
  const startsAt = timeOf(at);
  return {
    fingerprint: [repository, sha, name].join('|'),
    ...outcomeOf(result),
    title: `${name} of ${repository}@${sha.slice(0, 7)}: ${result}`,
    revision: sha,
    ...(startsAt !== undefined && { startsAt }),
    links: [link],
    labels: { ...labels, repository, sha, check: name, conclusion: result },
  };
}

const FAILED: readonly string[] = ['failure', 'timed_out', 'error', 'action_required', 'startup_failure'];

/** Of a check, a commit status or a deployment; cancelled, neutral, skipped, stale and unfinished say nothing. */
export function outcomeOf(result: string): { readonly status: SignalStatus; readonly severity: Severity } {
  if (FAILED.includes(result)) return { status: 'firing', severity: 'high' };
  return { status: result === 'success' ? 'resolved' : 'info', severity: 'info' };
}
