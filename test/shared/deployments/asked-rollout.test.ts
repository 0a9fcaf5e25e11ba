import { afterEach, describe, expect, test } from 'vitest';
import { wakeDeployment } from '../../../shared/deployments/index.ts';
import { newsOfDeployment } from '../../../shared/deployments/news.ts';
import { askedThere } from '../../../shared/deployments/pull-request-question.ts';
import type { Head } from '../../../shared/kernel/index.ts';
import { putService, readService, type ServiceDocument } from '../../../shared/services/index.ts';
import { type DeploymentRun, deploymentRun, SHORT } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

type Rollouts = NonNullable<ServiceDocument['rollouts']>;
const AT_ONCE = [{ weight: 1, minSeconds: 0, maxSeconds: 0, minRequests: 0 }];
const STAGES =
  '10 % (120 to 600 s, 100 requests), 50 % (180 to 600 s, 100 requests), 100 % (0 to 0 s, 0 requests)';
const MOVED = 'has moved since the approval was asked for';

/** A deployment to production that waits for an approver. */
async function asked(options: Parameters<typeof deploymentRun>[0] = {}, more = {}) {
  run = await deploymentRun({ environment: 'production', ...options });
  run.publish();
  const id = await run.request(run.change, more);
  expect(await stateOf(id)).toBe('AwaitingApproval');
  return id;
}

const stateOf = async (id: string) => (await run.deployment(id)).state.kind;
/** Newest first; a rollout asks questions of its own. */
const questions = async () => (await run.approvals()).filter(({ data }) => data.for.kind === 'deployment');
const newest = async () => (await questions())[0];
const facts = async () => (await newest())?.data.plan.facts;

let edits = 0;
async function edit(rollouts: Partial<Rollouts>, rest: Partial<ServiceDocument> = {}) {
  const document = await readService(run.deps, 'shop');
  const key = `edit/${++edits}`;
  await putService(run.deps, {
    name: 'shop',
    document: {
      ...document,
      ...rest,
      rollouts: { bake: 'page', bakeSeconds: 300, ...document.rollouts, ...rollouts },
    },
    ...{ actor: { type: 'person', id: 'ada', via: 'api' }, correlationId: key, key },
  });
}

/** The decisions that ask: what each gave as its reasons. */
async function askedFor(id: string): Promise<readonly string[]> {
  const steps = await run.store.decisions({ kind: 'deployment', id });
  return steps
    .filter(({ envelope }) => envelope.event === 'ApprovalRequired')
    .map(({ decision }) => decision?.reasons.map(({ code, text }) => `${code}: ${text}`).join('\n') ?? '');
}

describe('what an approver is asked about', () => {
  test('is the rollout as well: its plan, ladder, bake and promise, and the preset that the caller chose', async () => {
    const id = await asked({}, { preset: 'blue-green' });
    const shown = {
      ...{ preset: 'custom', presetAskedFor: 'blue-green', stages: STAGES },
      ...{ bake: 'page', bakeSeconds: 300, rBad: 1.5, migration: 'no', dataClasses: 'none' },
    };
    expect(await facts()).toMatchObject(shown);
    const deployment = await run.deployment(id);
    const { text } = askedThere(deployment, 'apr_x');
    for (const [name, value] of Object.entries(shown)) expect(text).toContain(`| ${name} | ${value} |`);
    expect(newsOfDeployment(deployment, { type: 'ApprovalRequested', rev: 4 })?.text).toContain(
      `Rollout (custom, asked for: blue-green): ${STAGES}; then 300 s of bake (page); safe rules out 1.5 times the failures.`,
    );
    await run.answer('approve');
    expect((await run.rollout(id)).data.plan.digest).toBe((await facts())?.plan);
  });

  test('names the ladder that a preset climbs where the service has no stages of its own', async () => {
    await asked({ stages: 'ladder' }, { preset: 'prompt' });
    expect(await facts()).toMatchObject({ preset: 'prompt', presetAskedFor: 'prompt' });
  });
});

describe('a rollout that the registry changes after the question', () => {
  test.each<[string, Partial<Rollouts>]>([
    ['stages', { stages: AT_ONCE }],
    ['times of a stage', { stages: SHORT.map((stage) => ({ ...stage, minSeconds: 0 })) }],
    ['bake', { bake: 'rollback' }],
    ['length of the bake', { bakeSeconds: 0 }],
    ['promise', { rBad: 3 }],
    ['word on bursts', { burstFactor: 5 }],
  ])(
    'before the answer, by other %s: the yes does not count, and people are asked anew',
    async (_what, change) => {
      const id = await asked();
      const [before, first] = [await facts(), (await newest())?.id];
      await edit(change);
      await expect(run.answer('approve')).rejects.toMatchObject({
        ...{ name: 'Conflict', message: expect.stringContaining(MOVED) },
      });
      await run.pass(5);
      expect([await stateOf(id), (await newest())?.id === first]).toEqual(['AwaitingApproval', false]);
      expect(await facts()).not.toEqual(before);
      expect((await askedFor(id)).at(-1)).toMatch(/^PLAN_MOVED: \w+ was .+ when people were asked, and is /);
      const states = (await questions()).map(({ state }) => state);
      expect(states).toEqual(['Open', 'Withdrawn']);
      await run.answer('approve');
      expect(await stateOf(id)).toBe('RollingOut');
      const [{ data }, asNow] = [await run.rollout(id), await facts()];
      expect([data.plan.digest, data.bakeChoice, data.settings.rBad]).toEqual(
        ['plan', 'bake', 'rBad'].map((name) => asNow?.[name]),
      );
    },
  );
});

describe('a rollout that the registry changes after the answer', () => {
  test('before it was acted on: nothing starts, and people are asked anew', async () => {
    const id = await asked();
    run.lost.wakes = true;
    await run.answer('approve');
    await edit({ stages: AT_ONCE });
    run.lost.wakes = false;
    await wakeDeployment(run.deps, id, 'AwaitingApproval');
    await run.pass(5);
    expect(await stateOf(id)).toBe('AwaitingApproval');
    expect((await questions()).map(({ state }) => state)).toEqual(['Open', 'Spent']);
    await expect(run.rollout(id)).rejects.toMatchObject({ name: 'NotFound' });
  });

  test.each([[false], [true]])(
    'between the clearance and the start: as well; each task twice: %s',
    async (twice) => {
      const id = await asked({ twice });
      const { write } = run.store;
      let edited = false;
      Object.assign(run.store, {
        write: async (given: Parameters<typeof write>[0]) => {
          const written = await write(given);
          if (given.envelope.event === 'ApprovalGiven' && given.subject.kind === 'deployment' && !edited) {
            edited = true;
            await edit({ stages: AT_ONCE, bake: 'rollback' });
          }
          return written;
        },
      });
      await run.answer('approve');
      expect([edited, await stateOf(id), run.weight()]).toEqual([true, 'AwaitingApproval', 0]);
      await expect(run.rollout(id)).rejects.toMatchObject({ name: 'NotFound' });
      expect((await askedFor(id)).at(-1)).toContain(
        'PLAN_MOVED: bake was page when people were asked, and is rollback',
      );
      expect((await questions()).map(({ state }) => state)).toEqual(['Open', 'Used']);
      await run.answer('approve');
      expect((await run.rollout(id)).data).toMatchObject({
        ...{ bakeChoice: 'rollback', plan: { digest: (await facts())?.plan } },
      });
    },
  );
});

test('a rollout that the registry changes does not hold up the deadline of the question', async () => {
  const id = await asked();
  await edit({ bakeSeconds: 0 });
  await run.pass(4 * 3600 + 60);
  expect((await run.deployment(id)).state).toEqual({ kind: 'Aborted', reason: 'APPROVAL_TIMEOUT' });
});

test('a yes counts where the registry changes what no rollout is made from', async () => {
  const id = await asked();
  await edit({}, { owners: ['another team'] });
  await run.answer('approve');
  expect(await stateOf(id)).toBe('RollingOut');
});

test('a question of an earlier release, which names no rollout, keeps its hash and takes its yes', async () => {
  run = await deploymentRun({ environment: 'production' });
  const { head } = run.store;
  const asBefore = (found: Head): Head => {
    if (found.kind !== 'deployment') return found;
    const { planned: _planned, ...data } = found.data as Record<string, unknown>;
    return { ...found, data };
  };
  Object.assign(run.store, {
    head: async (subject: Parameters<typeof head>[0]) => {
      const found = await head(subject);
      return found === undefined ? undefined : asBefore(found);
    },
  });
  run.publish();
  const id = await run.request();
  const names = ['revision', 'canary', 'baseline', 'score', 'band', 'lines', 'files', 'irreversible'];
  expect(Object.keys((await facts()) ?? {})).toEqual(names);
  await edit({ bakeSeconds: 0 });
  await run.answer('approve');
  expect(await stateOf(id)).toBe('RollingOut');
});
