import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { localCloud } from '../../cli/session.ts';
import { buildAssembly } from '../../local/build.ts';
import { type DecisionItem, type Rollback, until } from '../../local/scenarios/attempt.ts';
import { freePorts } from '../support/free-ports.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Other tests run beside it: slow enough, and with gaps wide enough, that what is read late confirms all the same. */
const SPEED = 6;
const TIMINGS = { healthRestored: 20, readingGap: 60, invariantFreshness: 60, confirmationWait: 900 };
const START_SECONDS = 120;
const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-restart-'));
let running: ReturnType<typeof spawn> | undefined;
afterAll(() => {
  running?.kill('SIGTERM');
  rmSync(dataDir, { recursive: true, force: true });
});

/** The process behind `holdfast local`, up to where it answers. */
async function start(port: number) {
  running = spawn(
    process.execPath,
    [join(ROOT, 'local/main.ts'), '--data', dataDir, '--port', String(port), '--speed', String(SPEED)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said: string[] = [];
  running.stdout?.on('data', (text) => said.push(String(text)));
  running.stderr?.on('data', (text) => said.push(String(text)));
  const { pid } = running;
  return until('the local cloud', START_SECONDS, async () => {
    if (running?.exitCode !== null) throw new Error(`the local cloud has ended:\n${said.join('')}`);
    const cloud = localCloud(dataDir);
    return cloud?.pid === pid ? cloud : undefined;
  });
}

type Cloud = NonNullable<ReturnType<typeof localCloud>>;

async function call(cloud: Cloud, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(cloud.tokenUrl, {
    method: 'POST',
    body: JSON.stringify({ person: 'dana', groups: ['admin'] }),
  });
  const { id_token } = (await answer.json()) as { id_token: string };
  const response = await fetch(`${cloud.api}${path}`, {
    method,
    headers: { authorization: `Bearer ${id_token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return response.json();
}

async function newest(cloud: Cloud): Promise<Rollback | undefined> {
  return ((await call(cloud, 'GET', '/v1/rollbacks?service=checkout')) as { items: Rollback[] }).items[0];
}

test('W10: killed in the middle of a rollback and started again, the attempt goes on to the same end with nothing done twice', async () => {
  await buildAssembly({ root: ROOT, log: () => {} });
  // the API, the AWS endpoint and the sandbox's four
  const port = await freePorts(6);
  const first = await start(port);
  await call(first, 'PUT', '/v1/services/checkout', {
    tier: 2,
    owners: ['dana'],
    repository: 'acme/checkout',
    environments: {
      staging: {
        platform: 'argocd',
        application: 'checkout-staging',
        manifest: {
          repository: 'acme/gitops',
          branch: 'main',
          path: 'apps/checkout/staging.yaml',
          pointer: '/spec/source/targetRevision',
        },
      },
    },
    selectors: [{ source: 'argocd', environment: 'staging', match: { app: 'checkout-staging' } }],
    timings: TIMINGS,
  });
  await call(first, 'PUT', '/v1/autonomy', {
    service: 'checkout',
    environment: 'staging',
    action: 'rollback',
    level: 'auto',
  });
  await new Promise((measured) => setTimeout(measured, 3_000));
  await fetch(`${first.sandbox}/deployments`, {
    method: 'POST',
    body: JSON.stringify({ service: 'checkout', behaviour: 'crashing' }),
  });
  const open = await until('a pull request', 120, async () => {
    const attempt = await newest(first);
    return attempt?.pullRequest === undefined ? undefined : attempt;
  });
  running?.kill('SIGKILL');
  await until('the process to be gone', 10, async () =>
    localCloud(dataDir) === undefined ? true : undefined,
  );
  const second = await start(port);
  const ended = await until('the end', 120, async () => {
    const attempt = await newest(second);
    return attempt?.state.kind === 'RollbackComplete' ? attempt : undefined;
  });
  expect(ended.id).toBe(open.id);
  expect(ended.pullRequest?.number).toBe(open.pullRequest?.number);
  const { items } = (await call(second, 'GET', `/v1/rollbacks/${ended.id}/decisions`)) as {
    items: DecisionItem[];
  };
  expect(items.map(({ rev }) => rev)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(items.map(({ to }) => to)).toEqual([
    'DegradationDetected',
    'CandidateResolved',
    'PullRequestOpen',
    'AwaitingMerge',
    // the merge takes its place in the quota before the forge is asked
    'AwaitingMerge',
    'RollbackMerged',
    'RollbackComplete',
  ]);
}, 480_000);
