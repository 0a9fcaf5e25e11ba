import { expect, test } from 'vitest';
import { METRICS, openRollbackAttempt, requestRollback } from '../../../shared/rollbacks/index.ts';
import { type Run, rollbackRun } from '../../support/rollback-run.ts';

const ROUTER = { type: 'system', id: 'route-signals', via: 'api' } as const;
const ADA = { type: 'person', id: 'ada', via: 'api' } as const;

const signal = (run: Run, id = 'sig', service = 'shop', revision?: string) =>
  openRollbackAttempt(run.deps, {
    ...{ service, environment: 'staging', actor: ROUTER, trigger: { type: 'signal', id, text: 'degraded' } },
    revision,
  });
const request = (run: Run, key: string, service = 'shop') =>
  requestRollback(run.deps, { service, environment: 'staging', reason: 'I see it', actor: ADA, key });
const refusals = async (run: Run, service = 'shop') =>
  (await run.store.decisions({ kind: 'service', id: service })).filter(
    ({ envelope }) => envelope.event === 'RollbackNotOpened',
  );

test('two signals at once open one attempt and one execution; the second joins', async () => {
  const run = await rollbackRun();
  const openings = await Promise.all([signal(run, 'one'), signal(run, 'two'), signal(run, 'three')]);
  const [attempt] = await run.attempts();
  expect(await run.attempts()).toHaveLength(1);
  expect(openings.map(({ kind }) => kind).toSorted()).toEqual(['joined', 'joined', 'opened']);
  for (const opening of openings) expect(opening).toMatchObject({ id: attempt?.id });
  expect(await signal(run, 'four')).toEqual({ kind: 'joined', id: attempt?.id });
  expect(await run.execution(attempt?.id ?? '')).toMatchObject({ status: 'RUNNING' });
  await run.close();
});

test('an attempt whose workflow was never started is started by the next signal', async () => {
  const run = await rollbackRun();
  const { startRollback } = run.deps.workflow;
  const dying = { ...run.deps.workflow, startRollback: () => Promise.reject(new Error('died')) };
  const opening = {
    ...{ service: 'shop', environment: 'staging', actor: ROUTER },
    trigger: { type: 'signal', id: 'one', text: 'degraded' },
  } as const;
  await expect(openRollbackAttempt({ ...run.deps, workflow: dying }, opening)).rejects.toThrow('died');
  // the signal that comes again joins it, and does not count it
  expect(await openRollbackAttempt({ ...run.deps, workflow: dying }, opening).catch(() => 'died')).toBe(
    'died',
  );
  expect(run.world.meter.counted.filter((name) => name === METRICS.detected)).toHaveLength(1);
  const [attempt] = await run.attempts();
  await expect(run.execution(attempt?.id ?? '')).rejects.toThrow();
  expect(startRollback).toBe(run.deps.workflow.startRollback);
  expect(await signal(run, 'two')).toMatchObject({ kind: 'joined' });
  expect(await run.execution(attempt?.id ?? '')).toMatchObject({ status: 'RUNNING' });
  await run.close();
});

test('and by the next sweep, when no signal comes', async () => {
  const run = await rollbackRun();
  const { workflow } = run.deps;
  const dying = { ...workflow, startRollback: async () => {}, watchNow: async () => {} };
  const trigger = { type: 'signal', id: 'one', text: 'degraded' } as const;
  await openRollbackAttempt(
    { ...run.deps, workflow: dying },
    { service: 'shop', environment: 'staging', actor: ROUTER, trigger },
  );
  run.degrade();
  run.sweepEveryMinute();
  await run.until('PullRequestOpen');
  await run.close();
});

test('an ended episode opens no attempt again, says so once, and yields to a person', async () => {
  const run = await rollbackRun({ level: 'observe' });
  run.degrade();
  run.sweepEveryMinute();
  await run.until('Observed');
  await run.pass(300);
  expect(await run.attempts()).toHaveLength(1);
  expect(await signal(run, 'late')).toEqual({ kind: 'refused', reasons: ['EPISODE_ENDED'] });
  expect(await refusals(run)).toHaveLength(1);
  expect(await request(run, 'k1')).toMatchObject({ opened: true });
  expect(await run.attempts()).toHaveLength(2);
  await run.close();
});

test('a signal that is routed once more after its attempt has ended opens none again; another one does', async () => {
  const run = await rollbackRun({ level: 'observe' });
  run.degrade();
  const opened = await signal(run, 'twice', 'shop', 'a'.repeat(40));
  run.sweepEveryMinute();
  const first = await run.until('Observed');
  run.heal();
  await run.pass(300);
  expect(await signal(run, 'twice', 'shop', 'b'.repeat(40))).toEqual({ kind: 'joined', id: first.id });
  expect(opened).toEqual({ kind: 'opened', id: first.id });
  expect(await run.attempts()).toHaveLength(1);
  expect(await signal(run, 'another', 'shop', 'b'.repeat(40))).toMatchObject({ kind: 'opened' });
  await run.close();
});

test('an ended episode is over with another revision, or after 60 s of health', async () => {
  const run = await rollbackRun({ level: 'observe' });
  run.degrade();
  run.sweepEveryMinute();
  await run.until('Observed');
  expect(await signal(run, 'other', 'shop', 'another-revision')).toMatchObject({ kind: 'opened' });
  await run.until('Observed');
  await run.pass(300);
  run.heal();
  await run.pass(200);
  expect(await signal(run, 'again', 'shop', 'another-revision')).toMatchObject({ kind: 'opened' });
  await run.close();
});

test('an attempt that self-healed is no end of the story: the same revision may open another', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  await run.until('DegradationDetected');
  run.heal();
  await run.until('SelfHealed');
  run.degrade();
  await run.until('DegradationDetected', 90);
  expect(await run.attempts()).toHaveLength(2);
  await run.close();
});

test('at most ten attempts are open at once, and the refused one is recorded', async () => {
  const services = Array.from({ length: 11 }, (_, index) => `s${String.fromCharCode(97 + index)}`);
  const run = await rollbackRun({ services });
  const openings = [];
  for (const service of services) openings.push((await signal(run, service, service)).kind);
  expect(openings).toEqual([...services.slice(1).map(() => 'opened'), 'refused']);
  expect(await refusals(run, services.at(-1))).toHaveLength(1);
  await expect(request(run, 'k', services.at(-1))).rejects.toMatchObject({ name: 'QuotaExceeded' });
  await run.close();
});

test('after five attempts of a day only a person opens another', async () => {
  const run = await rollbackRun({ level: 'observe' });
  run.degrade();
  for (let index = 0; index < 5; index += 1) {
    expect(await signal(run, `s${index}`, 'shop', `revision-${index}`)).toMatchObject({ kind: 'opened' });
    run.sweepEveryMinute();
    await run.until('Observed');
    await run.pass(60);
  }
  const sixth = await signal(run, 'six', 'shop', 'revision-6');
  expect(sixth).toEqual({ kind: 'refused', reasons: ['QUOTA_PER_DAY'] });
  expect(await request(run, 'k')).toMatchObject({ opened: true });
  await run.close();
});

test('with the kill switch on nothing opens, not even for a person, and it is said once', async () => {
  const run = await rollbackRun();
  await run.killSwitch(true);
  run.degrade();
  run.sweepEveryMinute();
  await run.pass(120);
  expect(await run.attempts()).toEqual([]);
  expect(await refusals(run)).toHaveLength(1);
  await expect(request(run, 'k')).rejects.toMatchObject({ name: 'KillSwitchOn' });
  await run.close();
});

test('a service or environment that the registry does not know opens nothing', async () => {
  const run = await rollbackRun();
  await expect(signal(run, 's', 'ghost')).rejects.toMatchObject({ name: 'NotFound' });
  const trigger = { type: 'signal', id: 's', text: 't' } as const;
  const nowhere = { service: 'shop', environment: 'moon', trigger, actor: ROUTER };
  await expect(openRollbackAttempt(run.deps, nowhere)).rejects.toMatchObject({ name: 'NotFound' });
  for (const environment of ['constructor', 'toString', '__proto__'])
    await expect(openRollbackAttempt(run.deps, { ...nowhere, environment })).rejects.toMatchObject({
      name: 'NotFound',
    });
  await run.close();
});
