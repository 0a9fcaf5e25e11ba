import type { FunctionError } from '../types.ts';
import { type Environment, type FunctionSpec, startEnvironment } from './environment.ts';
import type { Outcome } from './messages.ts';

type Idle = { readonly environment: Environment; readonly since: number };
type Waiting = {
  readonly requestId: string;
  readonly payload: string;
  readonly settle: (outcome: Outcome) => void;
};

export type Pool = {
  readonly run: (requestId: string, payload: string) => Promise<Outcome>;
  readonly close: () => Promise<void>;
};

const CLOSED: Outcome = {
  error: { errorType: 'Sandbox.Closed', errorMessage: 'the local cloud is closing' },
};
// Each holds about 45 MB. A sweep every minute keeps its own warm.
const IDLE_LIMIT_MS = 120_000;

/**
 * The environments of one function: started when work waits, one at a time so that a burst does not pay for more
 * loading than it needs, up to the function's concurrency, and reused; after two idle minutes they are closed. Work
 * over the limit waits in order.
 */
export function createPool(spec: FunctionSpec, output: (chunk: string) => void): Pool {
  let idle: readonly Idle[] = [];
  const all = new Set<Environment>();
  const waiting: Waiting[] = [];
  let starting = false;
  let closed = false;

  const forget = (environment: Environment | undefined): void => {
    if (environment !== undefined) all.delete(environment);
    idle = idle.filter((one) => one.environment !== environment);
  };
  const reaper = setInterval(() => {
    for (const { environment, since } of idle) {
      if (Date.now() - since <= IDLE_LIMIT_MS) continue;
      forget(environment);
      void environment.close();
    }
  }, IDLE_LIMIT_MS / 4).unref();

  const pump = (): void => {
    while (waiting.length > 0) {
      // The one that rested last: the others may get their two minutes.
      const last = idle.at(-1);
      if (last === undefined) break;
      idle = idle.slice(0, -1);
      const work = waiting.shift();
      if (work !== undefined) void serve(last.environment, work);
    }
    if (waiting.length > 0 && !starting && !closed && all.size < spec.concurrency) void grow();
  };

  const serve = async (environment: Environment, work: Waiting): Promise<void> => {
    work.settle(await environment.run(work.requestId, work.payload));
    if (all.has(environment)) idle = [...idle, { environment, since: Date.now() }];
    pump();
  };

  const grow = async (): Promise<void> => {
    starting = true;
    let born: Environment | undefined;
    try {
      born = await startEnvironment(spec, output, () => forget(born));
      all.add(born);
      idle = [...idle, { environment: born, since: Date.now() }];
    } catch (thrown) {
      waiting.shift()?.settle({ error: thrown as FunctionError });
    }
    starting = false;
    if (closed) await born?.close();
    else pump();
  };

  return {
    run: (requestId, payload) => {
      if (closed) return Promise.resolve(CLOSED);
      const { promise, resolve: settle } = Promise.withResolvers<Outcome>();
      waiting.push({ requestId, payload, settle });
      pump();
      return promise;
    },
    close: async () => {
      closed = true;
      clearInterval(reaper);
      for (const work of waiting.splice(0)) work.settle(CLOSED);
      await Promise.all([...all].map((environment) => environment.close()));
    },
  };
}
