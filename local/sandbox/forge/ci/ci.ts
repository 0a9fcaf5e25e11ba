import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOut } from '../git/write-objects.ts';
import { putCheckRun } from '../operations/checks.ts';
import { tell } from '../push.ts';
import type { CheckRunRecord } from '../records.ts';
import { checkSuiteShape } from '../shapes/check.ts';
import { githubTime, type Repository, type World } from '../world.ts';
import { CHECKS_FILE, declaredChecks } from './checks-file.ts';
import { type CheckCommand, runCheck } from './run-check.ts';

export type CiOptions = {
  /** Of one check, in milliseconds. */
  readonly timeoutMs?: number;
  /** Suites that run side by side. */
  readonly concurrency?: number;
};
export type Ci = {
  /** Checks a commit once, however many branches it is pushed to. */
  readonly check: (repository: Repository, branch: string, sha: string) => void;
  /** Settles when nothing is queued or running. */
  readonly idle: () => Promise<void>;
  readonly close: () => Promise<void>;
};
type Job = { readonly repository: Repository; readonly branch: string; readonly sha: string };

const LOGIN = 'sandbox-ci[bot]';
const TIMEOUT_MS = 120_000;
const CONCURRENCY = 2;

/** The forge's continuous integration: runs what a commit's `checks.json` declares, on the commit's own files. */
export function startCi(world: World, options: CiOptions = {}): Ci {
  const stop = new AbortController();
  const seen = new Set<string>();
  const queue: Job[] = [];
  const running = new Set<Promise<void>>();
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const next = (): void => {
    while (running.size < (options.concurrency ?? CONCURRENCY) && !stop.signal.aborted) {
      const job = queue.shift();
      if (job === undefined) return;
      const work: Promise<void> = runSuite(world, job, { timeoutMs, signal: stop.signal })
        .catch((error: unknown) =>
          world.log('ci-failed', { repository: job.repository.name, sha: job.sha, error }),
        )
        .finally(() => {
          running.delete(work);
          next();
        });
      running.add(work);
    }
  };
  return {
    check: (repository, branch, sha) => {
      const key = `${repository.name}@${sha}`;
      if (seen.has(key) || isChecked(repository, sha)) return;
      seen.add(key);
      queue.push({ repository, branch, sha });
      next();
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
    close: async () => {
      stop.abort();
      queue.length = 0;
      await Promise.all(running);
    },
  };
}

/** Runs that a stop of the forge cut short do not count: they are checked again. */
function isChecked(repository: Repository, sha: string): boolean {
  const runs = repository.record.read().checkRuns.filter((run) => run.headSha === sha);
  return runs.length > 0 && runs.every((run) => run.status === 'completed');
}

type Limits = { readonly timeoutMs: number; readonly signal: AbortSignal };

async function runSuite(world: World, job: Job, limits: Limits): Promise<void> {
  const declared = await declaredChecks(job.repository.git, job.sha);
  if (declared === undefined) return;
  const checks = declared === 'unreadable' ? [{ name: CHECKS_FILE, command: [] }] : declared;
  const suiteId = job.repository.record.nextId();
  const runs = checks.map((check) => queuedRun(world, job, suiteId, check));
  for (const { run } of runs) putCheckRun(world, job.repository, run, LOGIN);
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-ci-'));
  try {
    await checkOut(job.repository.git, job.sha, folder);
    const conclusions: string[] = [];
    for (const each of runs) conclusions.push(await runOne(world, job, { ...each, folder }, limits));
    if (!limits.signal.aborted) tellSuite(world, job, suiteId, conclusions);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type QueuedRun = { readonly check: CheckCommand; readonly run: CheckRunRecord };

function queuedRun(world: World, job: Job, suiteId: number, check: CheckCommand): QueuedRun {
  // a run that an earlier stop of the forge cut short goes on under its own id
  const cutShort = job.repository.record
    .read()
    .checkRuns.find(
      (run) => run.headSha === job.sha && run.name === check.name && run.status !== 'completed',
    );
  const run: CheckRunRecord = cutShort ?? {
    id: job.repository.record.nextId(),
    suiteId,
    name: check.name,
    headSha: job.sha,
    status: 'queued',
    conclusion: null,
    startedAt: githubTime(world.now()),
    completedAt: null,
    detailsUrl: null,
    output: { title: null, summary: null },
  };
  return { check, run };
}

async function runOne(
  world: World,
  job: Job,
  at: QueuedRun & { readonly folder: string },
  limits: Limits,
): Promise<string> {
  const started: CheckRunRecord = {
    ...at.run,
    status: 'in_progress',
    startedAt: githubTime(world.now()),
  };
  putCheckRun(world, job.repository, started, LOGIN);
  const result =
    at.check.command.length === 0
      ? { conclusion: 'failure', summary: `${CHECKS_FILE} cannot be read` }
      : await runCheck(at.check, at.folder, limits);
  if (limits.signal.aborted) return 'cancelled'; // stays open, to be run again after a restart
  putCheckRun(
    world,
    job.repository,
    {
      ...started,
      status: 'completed',
      conclusion: result.conclusion,
      completedAt: githubTime(world.now()),
      output: { title: `${at.check.name}: ${result.conclusion}`, summary: result.summary },
    },
    LOGIN,
  );
  return result.conclusion;
}

function tellSuite(world: World, job: Job, suiteId: number, conclusions: readonly string[]): void {
  const failed = conclusions.find((conclusion) => conclusion !== 'success');
  tell(world, job.repository, LOGIN, 'check_suite', {
    action: 'completed',
    check_suite: checkSuiteShape(world, job.repository, {
      id: suiteId,
      branch: job.branch,
      sha: job.sha,
      status: 'completed',
      conclusion: failed ?? 'success',
      runs: conclusions.length,
      at: githubTime(world.now()),
    }),
  });
}
