import { type Deployment, deploymentOf } from '../../shared/deployments/index.ts';
import { type DecideDeps, decide, rule } from '../../shared/kernel/index.ts';
import { fixedClock, seededRandom } from './chance.ts';
import type { MemoryStore } from './memory-store.ts';
import { memoryStore } from './memory-store.ts';

const born = rule('born', 1, (inputs: { readonly id: string }) => inputs);
const CHANGE = {
  ...{ lines: 10, files: 1, migration: false, irreversible: false, config: false, infrastructure: false },
  ...{ hotfix: false, dataClasses: [], checks: 'success', text: 'a change' },
};

export type Past = {
  readonly id: string;
  /** ISO time of the request and of the end. */
  readonly at: string;
  readonly service?: string;
  readonly environment?: string;
  readonly state?: Deployment['state'];
  readonly score?: string;
};

/** A store in which deployments have ended long ago. */
export async function storeOfPast(all: readonly Past[]): Promise<MemoryStore> {
  const store = memoryStore();
  const software = { version: 'test', configDigest: 'none' };
  const deps: DecideDeps = { store, clock: fixedClock(), random: seededRandom(7), software };
  for (const past of all) deploymentOf((await decide(deps, draftOf(past))).head);
  return store;
}

function draftOf({ id, at, service = 'shop', environment = 'production', score, ...past }: Past) {
  const { state = { kind: 'Completed' } } = past;
  return {
    subject: { kind: 'deployment' as const, id },
    ...{ expectedRev: 0, key: id, correlationId: id, service, environment, createdAt: at },
    actor: { type: 'system', id: 'test', via: 'workflow' } as const,
    ...{ from: 'None', rule: born, inputs: { id } },
    step: () => ({
      ...{ event: 'Born', reasons: [{ code: 'BORN', text: 'for a test' }], state },
      data: {
        ...{ v: 1, revision: id, requestedBy: 'linus', declared: {}, change: CHANGE, enteredAt: at },
        ...(score !== undefined && { risk: { score, band: 'low', level: 'low' } }),
        times: { requested: at, ended: at },
      },
    }),
  };
}
