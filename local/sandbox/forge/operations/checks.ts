import { tell } from '../push.ts';
import type { CheckRunRecord } from '../records.ts';
import { notFound } from '../refusal.ts';
import { checkRunShape } from '../shapes/check.ts';
import { githubTime, type Repository, type World } from '../world.ts';
import { type Call, commitOf, type Operation, onePage, pathText, textOf } from './call.ts';

/** Keeps a check run, new or changed, and tells it. */
export function putCheckRun(world: World, repository: Repository, run: CheckRunRecord, login: string): void {
  const isNew = !repository.record.read().checkRuns.some((each) => each.id === run.id);
  repository.record.change((record) => ({
    ...record,
    checkRuns: isNew
      ? [...record.checkRuns, run]
      : record.checkRuns.map((each) => (each.id === run.id ? run : each)),
  }));
  if (!isNew && run.status !== 'completed') return; // GitHub tells the begin and the end of a run, nothing between
  const action = run.status === 'completed' ? 'completed' : 'created';
  tell(world, repository, login, 'check_run', { action, check_run: checkRunShape(world, repository, run) });
  if (run.status === 'completed') world.advance(repository);
}

/** Newest first; `latest` keeps the newest of each name. */
export function checkRunsOf(
  repository: Repository,
  sha: string,
  filter: 'latest' | 'all',
): readonly CheckRunRecord[] {
  const runs = repository.record
    .read()
    .checkRuns.filter((run) => run.headSha === sha)
    .toReversed();
  if (filter === 'all') return runs;
  return runs.filter((run, index) => runs.findIndex((each) => each.name === run.name) === index);
}

export const listCheckRuns: Operation = async (world, call) => {
  const sha = await commitOf(call, pathText(call, 'ref'));
  const name = call.query.get('check_name');
  const status = call.query.get('status');
  const runs = checkRunsOf(
    call.repository,
    sha,
    call.query.get('filter') === 'all' ? 'all' : 'latest',
  ).filter((run) => (name === null || run.name === name) && (status === null || run.status === status));
  const page = onePage(runs, call.query).map((run) => checkRunShape(world, call.repository, run));
  return { status: 200, body: { total_count: runs.length, check_runs: page }, total: runs.length };
};

export const createCheckRun: Operation = async (world, call) => {
  const now = githubTime(world.now());
  const blank: CheckRunRecord = {
    id: call.repository.record.nextId(),
    suiteId: call.repository.record.nextId(),
    name: textOf(call, 'name') ?? '',
    headSha: await commitOf(call, textOf(call, 'head_sha') ?? ''),
    status: 'queued',
    conclusion: null,
    startedAt: now,
    completedAt: null,
    detailsUrl: null,
    output: { title: null, summary: null },
  };
  const run = changed(blank, call, now);
  putCheckRun(world, call.repository, run, call.login);
  return { status: 201, body: checkRunShape(world, call.repository, run) };
};

export const updateCheckRun: Operation = async (world, call) => {
  const id = Number(pathText(call, 'check_run_id'));
  const found = call.repository.record.read().checkRuns.find((run) => run.id === id);
  if (found === undefined) throw notFound();
  const run = changed(found, call, githubTime(world.now()));
  putCheckRun(world, call.repository, run, call.login);
  return { status: 200, body: checkRunShape(world, call.repository, run) };
};

/** A conclusion completes a run, whatever its status says. */
function changed(run: CheckRunRecord, call: Call, now: string): CheckRunRecord {
  const conclusion = textOf(call, 'conclusion') ?? run.conclusion;
  const status = conclusion === null ? (textOf(call, 'status') ?? run.status) : 'completed';
  return {
    ...run,
    name: textOf(call, 'name') ?? run.name,
    status,
    conclusion,
    startedAt: textOf(call, 'started_at') ?? run.startedAt,
    completedAt: status === 'completed' ? (textOf(call, 'completed_at') ?? run.completedAt ?? now) : null,
    detailsUrl: textOf(call, 'details_url') ?? run.detailsUrl,
    output: outputOf(call.body.output) ?? run.output,
  };
}

function outputOf(value: unknown): CheckRunRecord['output'] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const title = 'title' in value && typeof value.title === 'string' ? value.title : null;
  const summary = 'summary' in value && typeof value.summary === 'string' ? value.summary : null;
  return { title, summary };
}
