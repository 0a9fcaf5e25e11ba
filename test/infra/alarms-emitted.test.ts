import { beforeAll, expect, test, vi } from 'vitest';
import { sayLowBudget } from '../../functions/runtime/forge.ts';
import { meter, meterAt } from '../../functions/runtime/observe.ts';
import { watchBudget } from '../../shared/adapters/github/budget.ts';
import { METRICS as DEPLOYMENT_METRICS } from '../../shared/deployments/contract.ts';
import { Fault } from '../../shared/kernel/index.ts';
import { CHECKPOINT_METRICS, RECONCILE_METRICS, RETENTION_METRICS } from '../../shared/ledger/contract.ts';
import { sealDecisions } from '../../shared/ledger/index.ts';
import { eventsOf } from '../../shared/ledger/publish-events.ts';
import { policyEventExamples } from '../../shared/policies/events.examples.ts';
import { measurePolicies } from '../../shared/policies/index.ts';
import { METRICS } from '../../shared/rollbacks/contract.ts';
import { escalateRollback, measureOnce, RollbackEventDetail } from '../../shared/rollbacks/index.ts';
import { METRICS as ROLLOUT_METRICS } from '../../shared/rollouts/contract.ts';
import { receiveWebhook } from '../../shared/signals/index.ts';
import { memorySignals } from '../shared/signals/memory-signals.ts';
import { alarmOf, watchedBy } from '../support/alarm-evaluator.ts';
import { knowPeople } from '../support/approving.ts';
import { decisionRecord } from '../support/decision-records.ts';
import { DEPLOYMENT_SCENES } from '../support/deployment-scenes.ts';
import { type EmittedLine, emitted } from '../support/emitted.ts';
import { LEDGER_SCENES } from '../support/ledger-scenes.ts';
import { memoryLedger, sealDeps } from '../support/memory-ledger.ts';
import { memoryWork } from '../support/memory-work.ts';
import { rollbackRun } from '../support/rollback-run.ts';
import { ofType, plain, synthesise } from './synthesised.ts';

// before the logger is made, which reads it once
vi.hoisted(() => vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT'));

type Options = Parameters<typeof rollbackRun>[0];

/** A run whose metrics are written as the functions write them, and whose events go through the bus's own consumer. */
async function measuredRun(options: Options = {}) {
  const run = await rollbackRun(options);
  Object.assign(run.deps, { meter: meter() });
  const consumer = { work: memoryWork(), clock: () => Date.now(), meterAt };
  const publish = async (): Promise<void> => {
    for (const envelope of run.store.written.filter(({ kind }) => kind === 'rollback'))
      for (const { type, detail } of eventsOf({ change: 'INSERT', keys: {}, newImage: envelope }))
        await measureOnce(consumer, type, RollbackEventDetail.parse(detail));
  };
  return { ...run, publish };
}

async function recovery(): Promise<void> {
  const run = await measuredRun();
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  await run.until('RollbackComplete');
  await run.pass(70);
  await run.publish();
  await run.close();
}

/** The forge refuses us: the attempt is aborted for security. */
async function refusal(): Promise<void> {
  const run = await measuredRun();
  run.world.forge.refuse = (call) =>
    call === 'createBranch' ? new Fault('PermissionDenied', '403') : undefined;
  run.degrade();
  run.sweepEveryMinute();
  await run.until('Aborted');
  await run.publish();
  await run.close();
}

/** The delivery system does not answer. */
async function silence(): Promise<void> {
  const run = await measuredRun();
  run.world.unreadable = () => new Fault('Unavailable', 'no answer');
  run.sweepEveryMinute();
  await run.pass(30);
  await run.close();
}

/** The repository's own check refuses the way back from the start. */
async function redChecks(): Promise<void> {
  const run = await measuredRun();
  run.world.forge.firstChecks = 'failure';
  run.degrade();
  run.sweepEveryMinute();
  await run.until('AwaitingHumanReview');
  await run.publish();
  await run.close();
}

/** Production: nobody answers for an hour. */
async function lateAnswer(): Promise<void> {
  const run = await measuredRun({ environment: 'production' });
  await knowPeople(run, 'ada');
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  await run.until('AwaitingMerge');
  await run.pass(3700);
  await run.publish();
  await run.close();
}

/** Entries of the registry are stored in a form that nobody can read. */
async function brokenRegistry(): Promise<void> {
  const run = await measuredRun();
  const { heads } = run.store;
  Object.assign(run.deps.store, {
    heads: async (query: Parameters<typeof heads>[0]) => {
      const page = await heads(query);
      const broken = page.items.map((head) => ({ ...head, data: {} }));
      return query.kind === 'service' ? { ...page, items: broken } : page;
    },
  });
  run.sweepEveryMinute();
  await run.pass(5);
  Object.assign(run.deps.store, { heads });
  await run.close();
}

/** An answer of GitHub says that little is left of its limit. */
function shortage(): void {
  const headers = { 'x-ratelimit-remaining': '900', 'x-ratelimit-limit': '5000', 'x-ratelimit-reset': '60' };
  watchBudget(() => 0, sayLowBudget).heard(headers);
}

async function forgery(): Promise<void> {
  const delivery = { headers: {}, body: Buffer.from('{}') };
  const deps = { signals: memorySignals(), clock: () => 0, meter: meter(), secrets: async () => ['right'] };
  await receiveWebhook(deps, { source: 'argocd', method: 'POST', delivery }).catch(() => undefined);
}

/** Policies change, and two people break the glass. */
function policiesMove(): void {
  for (const [type, { at }] of Object.entries(policyEventExamples)) measurePolicies(meterAt, type, at);
}

async function tampering(): Promise<void> {
  const deps = { ...sealDeps(memoryLedger()), meter: meter() };
  const { keys, newImage } = decisionRecord('a', 1);
  const other = decisionRecord('a', 1, 'another decision');
  await sealDecisions(deps, [
    { change: 'INSERT', keys, newImage },
    { ...other },
    { change: 'MODIFY', keys, newImage: { ...other.newImage, event: 'Changed' } },
    { change: 'INSERT', keys: { pk: 'x' }, newImage: { pk: 'x', v: 'nonsense' } },
  ]);
}

let lines: readonly EmittedLine[] = [];
beforeAll(async () => {
  lines = await emitted(async () => {
    for (const scene of [
      recovery,
      refusal,
      silence,
      redChecks,
      lateAnswer,
      brokenRegistry,
      shortage,
      policiesMove,
      forgery,
      tampering,
    ])
      await scene();
    for (const scene of [...DEPLOYMENT_SCENES, ...LEDGER_SCENES]) await scene(meter());
  });
  vi.useRealTimers();
});

/** `Holdfast time_to_recover_seconds environment=staging` of every metric a line declares. */
function namesIn(line: EmittedLine): readonly string[] {
  return line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name }) =>
      Dimensions.map((set) =>
        nameOf(Namespace, Name, Object.fromEntries(set.map((each) => [each, line[each]]))),
      ),
    ),
  );
}

function nameOf(namespace: string, name: string, dimensions: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(dimensions).map(([key, value]) => `${key}=${value}`);
  return [namespace, name, ...pairs.sort()].join(' ');
}

const own = ofType(synthesise(), 'AWS::CloudWatch::Alarm')
  .flatMap(({ Properties }) => watchedBy(alarmOf(plain(Properties))))
  .filter(({ namespace }) => namespace === 'Holdfast')
  .map(({ namespace, name, dimensions }) => nameOf(namespace, name, dimensions));

test.each([...new Set(own)])('%s is emitted by the code under exactly this name and dimensions', (name) => {
  expect(lines.flatMap(namesIn)).toContain(name);
});

test('every alarmed metric is also emitted without dimensions, for alarms do not roll up', () => {
  const names = new Set(lines.flatMap(namesIn));
  for (const name of own) expect(names).toContain(name.split(' ').slice(0, 2).join(' '));
});

/** Measured in the wiring of the functions, not in what runs here. */
const ELSEWHERE: readonly string[] = [METRICS.integrationCall];

test.each([
  ['rollbacks', METRICS],
  ['deployments', DEPLOYMENT_METRICS],
  ['rollouts', ROLLOUT_METRICS],
  ['checkpoints', CHECKPOINT_METRICS],
  ['the reconciler', RECONCILE_METRICS],
  ['the expiry', RETENTION_METRICS],
] as const)('every metric of %s that the contract names is emitted', (_, metrics) => {
  const emittedNames = new Set(
    lines
      .flatMap((line) => line._aws.CloudWatchMetrics.flatMap((each) => each.Metrics))
      .map(({ Name }) => Name),
  );
  const missing = Object.values<string>(metrics).filter(
    (name) => !emittedNames.has(name) && !ELSEWHERE.includes(name),
  );
  expect(missing).toEqual([]);
});

test('Rollbacks/Permission/Denied rings also when telling people is all that is refused', async () => {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'failure';
  run.degrade();
  run.sweepEveryMinute();
  const { id, rev } = await run.until('AwaitingHumanReview');
  const deps = { ...run.deps, meter: meter(), notify: undefined };
  const [alarm] = ofType(synthesise(), 'AWS::CloudWatch::Alarm')
    .map(({ Properties }) => alarmOf(plain(Properties)))
    .filter(({ AlarmName }) => AlarmName === 'Rollbacks/Permission/Denied')
    .flatMap(watchedBy);
  for (const refused of ['addLabels', 'comment']) {
    run.world.forge.refuse = (call) => (call === refused ? new Fault('PermissionDenied', 'no') : undefined);
    const told = await emitted(() =>
      escalateRollback(deps, { type: 'EscalationRaised', eventId: refused, rollbackId: id, rev }).catch(
        () => {},
      ),
    );
    expect(told.flatMap(namesIn)).toContain(nameOf('Holdfast', alarm?.name ?? '', alarm?.dimensions ?? {}));
    run.world.forge.refuse = () => undefined;
  }
  await run.close();
});

test('an event that comes again, by the bus or by a replay of its archive, is counted once, at its own time', async () => {
  const at = '2026-11-20T10:00:00.000Z';
  const detail = { eventId: 'rollback/rbk_again/9/1', at, data: { state: 'Aborted', reason: 'PR_CLOSED' } };
  const deps = { work: memoryWork(), clock: () => 0, meterAt };
  const counted = await emitted(async () => {
    for (let again = 0; again < 3; again += 1) await measureOnce(deps, 'RollbackEnded', detail);
  });
  expect(counted).toHaveLength(1);
  expect(counted[0]?._aws.Timestamp).toBe(Date.parse(at));
});
