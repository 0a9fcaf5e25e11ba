import { afterEach, describe, expect, test } from 'vitest';
import { type TellDeps, tellPeople } from '../../../shared/deployments/index.ts';
import { Fault } from '../../../shared/kernel/index.ts';
import { eventsOf } from '../../../shared/ledger/publish-events.ts';
import type { Notify } from '../../../shared/ports/notify.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';
import { memoryWork } from '../../support/memory-work.ts';

type Message = Parameters<Notify['send']>[0];
type Options = Parameters<typeof deploymentRun>[0];

let run: DeploymentRun;
afterEach(() => run.close());

/** A run whose events reach `tellPeople` as the bus brings them, each twice. */
async function toldRun(options: Options = {}) {
  run = await deploymentRun(options);
  const sent: Message[] = [];
  const counted: string[] = [];
  const chat = { refuses: false };
  const deps: TellDeps = {
    ...{ store: run.store, work: memoryWork(), clock: () => Date.now() },
    meter: { count: (metric) => void counted.push(metric), measure: () => {} },
    notify: {
      send: async (message) => {
        if (chat.refuses) throw new Fault('RateLimited', 'Slack asks us to wait');
        sent.push(message);
      },
    },
    commitPage: (repository, revision) => `https://forge.example/${repository}/commit/${revision}`,
  };
  let seen = 0;
  const deliver = async (): Promise<void> => {
    const fresh = run.store.written.slice(seen);
    for (const envelope of [...fresh, ...fresh]) {
      const { kind, id, rev } = envelope;
      if (kind !== 'deployment' && kind !== 'rollout') continue;
      for (const { type } of eventsOf({ change: 'INSERT', keys: {}, newImage: envelope }))
        await tellPeople(deps, { kind, id, type, rev });
    }
    seen += fresh.length;
  };
  const minutes = async (count: number, until: () => Promise<boolean> = async () => false) => {
    for (let i = 0; i < count; i += 1) {
      await run.minute();
      await deliver();
      if (await until()) return;
    }
  };
  return { sent, counted, chat, deps, deliver, minutes };
}

/** What the newest question is bound to. */
async function asked() {
  const [approval] = await run.approvals();
  return { approvalId: approval?.id, planHash: approval?.data.plan.hash };
}

describe('people are told of a deployment', () => {
  test('once that it needs an approval, with buttons for exactly the plan that is asked', async () => {
    const { sent, deliver } = await toldRun({ environment: 'production' });
    run.publish();
    const id = await run.request();
    await deliver();
    expect((await run.deployment(id)).state.kind).toBe('AwaitingApproval');
    expect(sent).toEqual([
      {
        text: expect.stringMatching(
          /^shop in production: the deployment of [0-9a-f]{7} needs your approval: risk \w+/,
        ),
        link: `https://forge.example/acme/shop/commit/${run.change}`,
        approval: await asked(),
      },
    ]);
  });

  test('again when nobody has answered for an hour', async () => {
    const { sent, minutes } = await toldRun({ environment: 'production' });
    run.publish();
    await run.request();
    await minutes(62);
    expect(sent).toHaveLength(2);
    expect(sent[1]?.text).toContain('has waited for an answer for an hour');
    expect(sent[1]?.approval).toEqual(await asked());
  });

  test('that it is blocked, and by what', async () => {
    const { sent, deliver } = await toldRun();
    const id = await run.request();
    await deliver();
    expect((await run.deployment(id)).state).toEqual({ kind: 'Blocked', reason: 'VERSION_UNKNOWN' });
    expect(sent.map(({ text }) => text)).toEqual([
      expect.stringContaining('is blocked: no published version carries the commit'),
    ]);
    expect(sent[0]?.approval).toBeUndefined();
  });
});

describe('people are told of a rollout', () => {
  test('that it is held, with what yes and no do; and anew for each question', async () => {
    const { sent, minutes } = await toldRun();
    run.publish();
    const id = await run.request();
    await minutes(3);
    await run.killSwitch(true);
    await minutes(5, async () => (await run.rollout(id)).state.kind === 'Held');
    await minutes(2);
    expect(sent.map(({ text }) => text)).toEqual([expect.stringContaining('the kill switch is on')]);
    expect(sent[0]?.text).toContain('Reject: take the canary back.');
    expect(sent[0]?.approval).toEqual(await asked());
    await run.killSwitch(false);
    await minutes(5, async () => (await run.rollout(id)).state.kind !== 'Held');
    await run.killSwitch(true);
    await minutes(5, async () => (await run.rollout(id)).state.kind === 'Held');
    expect(sent).toHaveLength(2);
    expect(sent[1]?.approval).toEqual(await asked());
    expect(sent[1]?.approval).not.toEqual(sent[0]?.approval);
  });

  test('that the judge condemned its canary', async () => {
    const { sent, minutes } = await toldRun();
    run.publish({ failing: 0.05, slow: 0.01 });
    const id = await run.request();
    await minutes(30, async () => (await run.deployment(id)).state.kind === 'RolledBack');
    expect(sent.map(({ text }) => text)).toEqual([
      expect.stringContaining('goes back: the judge condemned the canary'),
    ]);
  });
});

describe('the chat', () => {
  test('is tried again where it refused, and the flow goes on meanwhile', async () => {
    const { sent, counted, chat, deliver } = await toldRun({ environment: 'production' });
    run.publish();
    const id = await run.request();
    chat.refuses = true;
    await expect(deliver()).rejects.toMatchObject({ name: 'Unavailable' });
    expect(counted).toEqual(['integration_errors_total']);
    await run.answer('approve');
    await run.pass(5);
    expect((await run.deployment(id)).state.kind).toBe('RollingOut');
    chat.refuses = false;
    await deliver();
    // what was answered meanwhile asks nobody any more
    expect(sent).toEqual([]);
  });

  test('is silent where none is set up', async () => {
    const { deps, sent } = await toldRun({ environment: 'production' });
    run.publish();
    const id = await run.request();
    await tellPeople(
      { ...deps, notify: undefined },
      { kind: 'deployment', id, type: 'ApprovalRequested', rev: 3 },
    );
    expect(sent).toEqual([]);
  });
});
