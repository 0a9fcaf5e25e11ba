import { type Environment, type FunctionSpec, startEnvironment } from './environment.ts';
import type { FunctionError, Outcome } from './messages.ts';

type Waiting = {
  readonly requestId: string;
  readonly payload: string;
  readonly settle: (outcome: Outcome) => void;
};

export type Pool = {
  readonly run: (requestId: string, payload: string) => Promise<Outcome>;
  readonly close: () => Promise<void>;
};

/**
 * The environments of one function: started when work waits, one at a time so that a burst does not pay for more
 * loading than it needs, up to the function's concurrency, and reused. Work over the limit waits in order.
 */
export function createPool(spec: FunctionSpec, output: (chunk: string) => void): Pool {
  const idle: Environment[] = [];
  const all = new Set<Environment>();
  const waiting: Waiting[] = [];
  let starting = false;
  let closed = false;

  const pump = (): void => {
    while (waiting.length > 0) {
      const environment = idle.pop();
      if (environment === undefined) break;
      const work = waiting.shift();
      if (work !== undefined) void serve(environment, work);
    }
    if (waiting.length > 0 && !starting && !closed && all.size < spec.concurrency) void grow();
  };

  const serve = async (environment: Environment, work: Waiting): Promise<void> => {
    const outcome = await environment.run(work.requestId, work.payload);
    work.settle(outcome);
    if (all.has(environment)) idle.push(environment);
    pump();
  };

  const grow = async (): Promise<void> => {
    starting = true;
    let born: Environment | undefined;
    const gone = (): void => {
      if (born === undefined) return;
      all.delete(born);
      const index = idle.indexOf(born);
      if (index >= 0) idle.splice(index, 1);
    };
    try {
      born = await startEnvironment(spec, output, gone);
      all.add(born);
      idle.push(born);
    } catch (thrown) {
      waiting.shift()?.settle({ error: thrown as FunctionError });
    }
    starting = false;
    if (closed) await born?.close();
    else pump();
  };

  return {
    run: (requestId, payload) => {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      waiting.push({ requestId, payload, settle: resolve });
      pump();
      return promise;
    },
    close: async () => {
      closed = true;
      await Promise.all([...all].map((environment) => environment.close()));
    },
  };
}
