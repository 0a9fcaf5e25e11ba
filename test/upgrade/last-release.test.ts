import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GITOPS, manifestPath, POINTER } from '../support/memory-world.ts';
import { rollbackRun } from '../support/rollback-run.ts';

/** The machines of past releases, as their tags have them: an execution keeps the definition it was started with. */
const RELEASES = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

test('at least one release is kept to run its machine on the use cases of today', () => {
  expect(RELEASES).toContain('0.1.0');
});

describe.each(RELEASES)('an execution started by release %s, its tasks those of today', (release) => {
  const machine = readFileSync(join(import.meta.dirname, release, 'roll-back-service.asl.json'), 'utf8');

  test('rolls a service in staging back and ends its workflow', async () => {
    const run = await rollbackRun({ machine });
    run.degrade();
    run.sweepEveryMinute();
    await run.until('PullRequestOpen');
    run.checks('success');
    const done = await run.until('RollbackComplete');
    await run.pass(5);
    expect(await run.execution(done.id)).toMatchObject({ status: 'SUCCEEDED' });
    const manifest = run.world.forge.fileAt(GITOPS, 'main', manifestPath('shop', 'staging')) ?? '';
    expect(run.world.manifest.read(manifest, POINTER)).toBe(run.revisions().at(-2));
    await run.close();
  });

  test('hands red checks to a person, and ends when the service heals by itself', async () => {
    const run = await rollbackRun({ machine });
    run.degrade();
    run.sweepEveryMinute();
    await run.until('PullRequestOpen');
    run.checks('failure');
    const inReview = await run.until('AwaitingHumanReview');
    run.heal();
    const ended = await run.until('SelfHealed');
    await run.pass(5);
    expect(ended.id).toBe(inReview.id);
    expect(await run.execution(ended.id)).toMatchObject({ status: 'SUCCEEDED' });
    await run.close();
  });

  test('never merges in production, and ends at its deadline', async () => {
    const run = await rollbackRun({ machine, environment: 'production', timings: { humanMergeWait: 300 } });
    run.degrade();
    run.sweepEveryMinute();
    await run.until('PullRequestOpen');
    run.checks('success');
    const awaiting = await run.until('AwaitingMerge');
    await run.pass(400);
    const now = (await run.attempts()).find((each) => each.id === awaiting.id);
    expect(now?.state.kind).not.toBe('AwaitingMerge');
    expect(run.world.forge.writes.filter((write) => write.startsWith('merge'))).toEqual([]);
    await run.close();
  });
});
