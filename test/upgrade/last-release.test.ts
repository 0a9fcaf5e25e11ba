import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { Fault } from '../../shared/kernel/index.ts';
import { GITOPS, manifestPath, POINTER } from '../support/memory-world.ts';
import { rollbackRun } from '../support/rollback-run.ts';
import type { Answer, Invoke } from '../support/rollback-tasks.ts';
import { type Handlers, handlersOf, invokeHandler } from './handlers-of-today.ts';
import { keepSent, RELEASES, type Sent } from './releases.ts';

/** What the handlers find where a deployed function finds its tables and the world outside. */
const at = vi.hoisted(() => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  return { deps: undefined as unknown };
});
vi.mock('../../functions/runtime/rollback-world.ts', () => ({ worldDeps: () => at.deps }));
vi.mock('../../functions/runtime/rollbacks.ts', async (original) => ({
  ...(await original<object>()),
  rollbackDeps: () => at.deps,
}));

let handlers: Handlers;
let refused: string[];
const sentNow: Sent = [];
beforeAll(async () => {
  handlers = await handlersOf(RELEASES.flatMap(({ functions }) => functions));
});
beforeEach(() => {
  refused = [];
});

/** Calls the handlers of today, or these in their place, and takes down whose schema refused what was sent. */
function calling(instead: Handlers = {}): Invoke {
  return async (deps, name, payload) => {
    at.deps = deps;
    sentNow.push({ task: name, payload: payload as Sent[number]['payload'] });
    const answer = await invokeHandler({ ...handlers, ...instead }, name, payload);
    if (errorOf(answer) === 'InvalidInput') refused.push(name);
    return answer;
  };
}

test('at least one release is kept to run its machine on the functions of today', () => {
  expect(RELEASES.map(({ release }) => release)).toContain('0.1.0');
});

describe.each(RELEASES)(
  'an execution started by release $release, its functions those of today',
  ({ release, machine }) => {
    // biome-ignore lint/style/noProcessEnv: the switch of whoever cuts a release, not of the product
    if (process.env.KEEP_SENT === '1') afterAll(() => keepSent(release, sentNow.splice(0)));

    test('rolls a service in staging back and ends its workflow', async () => {
      const run = await rollbackRun({ machine, invoke: calling() });
      run.degrade();
      run.sweepEveryMinute();
      await run.until('PullRequestOpen');
      run.checks('success');
      const done = await run.until('RollbackComplete');
      await run.pass(5);
      expect(await run.execution(done.id)).toMatchObject({ status: 'SUCCEEDED' });
      const manifest = run.world.forge.fileAt(GITOPS, 'main', manifestPath('shop', 'staging')) ?? '';
      expect(run.world.manifest.read(manifest, POINTER)).toBe(run.revisions().at(-2));
      expect(refused).toEqual([]);
      await run.close();
    });

    test('hands red checks to a person, and ends when the service heals by itself', async () => {
      const run = await rollbackRun({ machine, invoke: calling() });
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
      expect(refused).toEqual([]);
      await run.close();
    });

    test('never merges in production, and ends at its deadline', async () => {
      const run = await rollbackRun({
        ...{ machine, invoke: calling(), environment: 'production' },
        timings: { humanMergeWait: 300 },
      });
      run.degrade();
      run.sweepEveryMinute();
      await run.until('PullRequestOpen');
      run.checks('success');
      const awaiting = await run.until('AwaitingMerge');
      await run.pass(400);
      const now = (await run.attempts()).find((each) => each.id === awaiting.id);
      expect(now?.state.kind).not.toBe('AwaitingMerge');
      expect(run.world.forge.writes.filter((write) => write.startsWith('merge'))).toEqual([]);
      expect(refused).toEqual([]);
      await run.close();
    });

    test('a field that a function newly requires is found: the machine does not send it, and a person has to help', async () => {
      const { task } = await import('../../functions/runtime/task.ts');
      const { TaskDocument } = await import('../../functions/runtime/rollbacks.ts');
      const demanding = task(TaskDocument.extend({ added: z.string() }), async () => ({}));
      const invoke = calling({ MergeRollbackPullRequest: demanding });
      const run = await rollbackRun({ machine, invoke });
      run.degrade();
      run.sweepEveryMinute();
      await run.until('PullRequestOpen');
      run.checks('success');
      await run.until('AwaitingHumanReview');
      expect(refused).toEqual(['MergeRollbackPullRequest']);
      await run.close();
    });
  },
);

const TAKEN = { errorMessage: 'the schema has been passed' };
/** Stands for what a use case works on; whoever touches it was let in with its payload. */
const BEHIND_THE_SCHEMA = new Proxy(
  {},
  {
    get: () => {
      throw new Error(TAKEN.errorMessage);
    },
  },
);

describe.each(RELEASES)(
  'what the machine of release $release sent to its own functions',
  ({ functions, sent }) => {
    test('is kept of every function that it names', () => {
      // if not: KEEP_SENT=1 npx vitest run test/upgrade, on the functions of that release
      expect([...new Set(sent.map(({ task }) => task))].sort()).toEqual([...functions].sort());
    });

    test.each(sent)('is taken by $task of today, and not without its rollback', async ({ task, payload }) => {
      at.deps = BEHIND_THE_SCHEMA;
      expect((await invokeHandler(handlers, task, payload)).Payload).toMatchObject(TAKEN);
      const { rollbackId: _missing, ...less } = payload;
      expect(errorOf(await invokeHandler(handlers, task, less))).toBe('InvalidInput');
    });
  },
);

function errorOf({ FunctionError, Payload }: Answer): string | undefined {
  return FunctionError === undefined ? undefined : (Payload as { errorType: string }).errorType;
}

describe.each(RELEASES)(
  'an execution started by release $release, before a forge that does not answer',
  ({ machine }) => {
    test('waits for a forge that does not answer the merge, and does not ask it without a pause', async () => {
      const run = await rollbackRun({ machine, invoke: calling() });
      run.world.forge.firstChecks = 'success';
      const asked: number[] = [];
      run.world.forge.refuse = (call) => {
        if (call !== 'merge') return undefined;
        asked.push(Date.now());
        return asked.length < 4 ? new Fault('Unavailable', 'down') : undefined;
      };
      run.degrade();
      run.sweepEveryMinute();
      await run.until('RollbackComplete');
      const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
      expect(pauses).toHaveLength(3);
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(9_000);
      await run.close();
    });

    test('hands what it does not expect to a person by its name alone, and ends a merge by its deadline', async () => {
      for (const [call, name, end, said] of [
        ['ci', 'Conflict', 'UNEXPECTED', /failed with Conflict$/],
        ['rules', 'Unavailable', 'MERGE_TIMEOUT', /deadline of AwaitingMerge has passed/],
      ] as const) {
        const run = await rollbackRun({ machine, invoke: calling() });
        run.world.forge.firstChecks = 'success';
        run.world.forge.refuse = (asked) => (asked === call ? new Fault(name, 'down') : undefined);
        run.degrade();
        run.sweepEveryMinute();
        const review = await run.until('AwaitingHumanReview', 1400);
        expect(review.state).toMatchObject({ reason: end });
        const last = (await run.store.decisions({ kind: 'rollback', id: review.id })).at(-1)?.decision;
        expect(last?.reasons.map(({ text }) => text).join()).toMatch(said);
        await run.close();
      }
    });
  },
);
