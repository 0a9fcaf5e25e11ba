import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { AwsService, CallAws, FaultHook, Principal } from '../types.ts';
import { parseDefinition } from './definition.ts';
import type { Engine } from './engine.ts';
import { runExecution } from './loop.ts';
import { statesService } from './service.ts';
import { createSleeper } from './sleeper.ts';
import { stateStore } from './store.ts';

export { unsupportedFeatures } from './definition.ts';

export type StatesOptions = {
  /** From `openDatabase` (WAL). May be shared with services whose transactions do not await either. */
  readonly database: DatabaseSync;
  /** By ARN. `definition` is parsed JSON, its substitutions done; `principal` signs the machine's calls. */
  readonly machines: ReadonlyMap<string, { readonly definition: unknown; readonly principal: Principal }>;
  /**
   * Every task goes through here, so that IAM applies. Lambda's Invoke takes {FunctionName, Payload} and answers
   * {StatusCode, ExecutedVersion, Payload, FunctionError?}; Payload is the JSON value itself, not its text.
   */
  readonly call: CallAws;
  /** ms since 1970. */
  readonly now: () => number;
  readonly speed: number;
  readonly fault: FaultHook;
  readonly log: Engine['log'];
  readonly chance?: Engine['chance'];
  /** The most history events of one execution. AWS allows 25,000; the machines here are built for 5,000. */
  readonly eventBudget?: number;
};

export type States = {
  readonly service: AwsService;
  /** Goes on with every execution that a restart interrupted. Call it once, before serving. */
  readonly resume: () => void;
  /** Stops at the last stored step; the database stays open. */
  readonly close: () => Promise<void>;
};

/** Step Functions on this machine. @throws Error when a machine needs what is not run here */
export function createStates(options: StatesOptions): States {
  const closing = new AbortController();
  // The loops that are running, so that the close can wait for them.
  const loops = new Set<Promise<void>>();
  const engine: Engine = {
    chance: { random: Math.random, newId: randomUUID },
    eventBudget: 5000,
    ...options,
    store: stateStore(options.database),
    machines: machinesOf(options),
    sleeper: createSleeper(options.now),
    closing: closing.signal,
    proceed: (execution) => {
      const running = runExecution(engine, execution).finally(() => loops.delete(running));
      loops.add(running);
    },
  };
  return {
    service: statesService(engine),
    resume: () => {
      for (const execution of engine.store.running()) engine.proceed(execution);
    },
    close: async () => {
      closing.abort();
      engine.sleeper.wakeAll();
      await Promise.all([...loops]);
    },
  };
}

function machinesOf({ machines }: StatesOptions): Engine['machines'] {
  const read = [...machines].map(([arn, { definition, principal }]) => {
    const name = arn.split(':').at(-1) ?? arn;
    return [arn, { name, principal, definition: parseDefinition(definition) }] as const;
  });
  return new Map(read);
}
