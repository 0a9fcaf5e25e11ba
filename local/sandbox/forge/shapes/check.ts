import type { CheckRunRecord, StatusRecord } from '../records.ts';
import type { Repository, World } from '../world.ts';
import { appShape } from './app.ts';
import { minimalPullShape } from './pull-request.ts';
import { apiUrl, webUrl } from './repository.ts';
import { nodeId } from './user.ts';

type Shape = Readonly<Record<string, unknown>>;

const APP = 'sandbox-ci';

function ciApp(world: World): Shape {
  return appShape(world, APP, { checks: 'write', contents: 'read', metadata: 'read' });
}

function pullsOf(world: World, repository: Repository, sha: string): readonly Shape[] {
  return repository.record
    .read()
    .pulls.filter((pull) => pull.state === 'open' && pull.headSha === sha)
    .map((pull) => minimalPullShape(world, repository, pull));
}

/** GitHub's "check run". */
export function checkRunShape(world: World, repository: Repository, run: CheckRunRecord): Shape {
  const url = `${apiUrl(world, repository)}/check-runs/${run.id}`;
  return {
    id: run.id,
    head_sha: run.headSha,
    node_id: nodeId('CR', run.id),
    external_id: '',
    url,
    html_url: `${webUrl(world, repository)}/runs/${run.id}`,
    details_url: run.detailsUrl ?? `${webUrl(world, repository)}/runs/${run.id}`,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: { ...run.output, text: null, annotations_count: 0, annotations_url: `${url}/annotations` },
    name: run.name,
    check_suite: { id: run.suiteId },
    app: ciApp(world),
    pull_requests: pullsOf(world, repository, run.headSha),
  };
}

export type Suite = {
  readonly id: number;
  readonly branch: string;
  readonly sha: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly runs: number;
  readonly at: string;
};

/** The check suite of the webhooks `check_suite` and `check_run`. */
export function checkSuiteShape(world: World, repository: Repository, suite: Suite): Shape {
  const url = `${apiUrl(world, repository)}/check-suites/${suite.id}`;
  return {
    id: suite.id,
    node_id: nodeId('CS', suite.id),
    head_branch: suite.branch,
    head_sha: suite.sha,
    status: suite.status,
    conclusion: suite.conclusion,
    url,
    before: null,
    after: suite.sha,
    pull_requests: pullsOf(world, repository, suite.sha),
    app: ciApp(world),
    created_at: suite.at,
    updated_at: suite.at,
    latest_check_runs_count: suite.runs,
    check_runs_url: `${url}/check-runs`,
  };
}

/** GitHub's "simple commit status"; with the creator it is a "status". */
export function statusShape(world: World, repository: Repository, status: StatusRecord): Shape {
  return {
    url: `${apiUrl(world, repository)}/statuses/${status.sha}`,
    avatar_url: null,
    id: status.id,
    node_id: nodeId('SC', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
  };
}
