import { putPeople } from '../../../../shared/approvals/index.ts';
import * as deployments from '../../../../shared/deployments/index.ts';
import type { Judgement } from '../../../../shared/rollouts/index.ts';
import * as rollouts from '../../../../shared/rollouts/index.ts';
import { putAutonomy, putService } from '../../../../shared/services/index.ts';
import { seededRandom } from '../../../support/chance.ts';
import { memoryForge } from '../../../support/memory-forge.ts';
import { memoryStore } from '../../../support/memory-store.ts';
import { memoryTraffic } from '../../../support/memory-traffic.ts';
import { memoryWork } from '../../../support/memory-work.ts';
import type { Plan } from './plan.ts';

const BY_ADA = { type: 'person', id: 'ada', via: 'api' } as const;
const asked = (key: string) => ({ actor: BY_ADA, correlationId: key, key });
const STAGES = [
  { weight: 0.1, minSeconds: 120, maxSeconds: 400, minRequests: 100 },
  { weight: 0.5, minSeconds: 120, maxSeconds: 400, minRequests: 100 },
  { weight: 1, minSeconds: 0, maxSeconds: 0, minRequests: 0 },
];

export type World = Awaited<ReturnType<typeof worldOf>>;

/** What lasts while processes come and go: store, waits, forge, and a function behind an alias. */
export async function worldOf(plan: Plan, now: () => number) {
  const store = memoryStore();
  const forge = memoryForge(now);
  const traffic = memoryTraffic(now, plan.perMinute);
  const judged = new Map<string, Judgement>();
  const base = forge.commit('acme/shop', 'main', 'base of shop');
  const files = plan.irreversible ? { 'db/migrate/1.sql': 'DROP TABLE old;\n' } : { 'src/a.ts': 'a' };
  const change = forge.commit('acme/shop', 'main', 'quicker checkout', files);
  for (const sha of [base, change]) forge.setChecks('acme/shop', sha, 'success');
  traffic.world.publish('1', base);
  traffic.world.publish('9', base);
  traffic.world.move([{ revision: '1', weight: 1 }]);
  for (let ago = 60; ago >= 0; ago -= 1) traffic.world.serveMinute(ago);
  traffic.world.publish('2', change, plan.behaviour);
  const deps = {
    ...{ store, clock: now, random: seededRandom(plan.seed) },
    software: { version: 'campaign', configDigest: 'campaign' },
  };
  await prepare(deps, plan);
  /** Every move of ours, with what the head said in its moment. */
  const moves: {
    readonly weight: number;
    readonly before: number;
    readonly state: string;
    readonly at: number;
  }[] = [];
  const weight = () => traffic.arms().find(({ revision }) => revision === '2')?.weight ?? 0;
  const watchedTraffic = {
    ...traffic.traffic,
    shift: async (...given: Parameters<typeof traffic.traffic.shift>) => {
      const before = weight();
      const answer = await traffic.traffic.shift(...given);
      const rollout = (await store.heads({ kind: 'rollout' })).items.find(({ id }) => id === given[3].owner);
      moves.push({ weight: weight(), before, state: rollout?.state.kind ?? 'None', at: now() });
      return answer;
    },
  };
  return {
    ...{ store, forge, traffic, work: memoryWork(), change, deps, moves, weight, watchedTraffic },
    judgements: {
      put: async (id: string, each: Judgement) => void judged.set(id, each),
      get: async (id: string) => judged.get(id),
    },
  };
}

async function prepare(deps: Parameters<typeof putService>[0], plan: Plan): Promise<void> {
  const { environment, level, bake } = plan;
  const place = { platform: 'lambda' as const, function: 'shop', alias: 'live' };
  const document = {
    ...{ tier: 3, owners: ['team'], repository: 'acme/shop', environments: { [environment]: place } },
    ...{ selectors: [], slos: [], dependencies: [] },
    rollouts: { bake, bakeSeconds: 240, stages: STAGES },
  };
  await putService(deps, { name: 'shop', document, ...asked('register') });
  await putAutonomy(deps, { service: 'shop', environment, action: 'deploy', level }, asked('level'));
  const people = ['ada', 'grace', 'linus'].map((person) => ({
    ...{ person, role: 'approver' as const },
    identities: [{ via: 'github' as const, id: `${person}-h` }],
  }));
  await putPeople(deps, { people }, asked('people'));
}

/** Short waits for people: a run ends within hours of its virtual time. */
worldOf.rolloutTimings = {
  ...rollouts.timingsAt(1),
  ...{ holdWait: 1200, pauseWait: 1200, approvalPage: 400, noDataAfter: 300, staleAfter: 3600 },
};
worldOf.deploymentTimings = {
  ...deployments.timingsAt(1),
  ...{ approvalWait: 1200, approvalPage: 400, reviewWait: 1200 },
};
