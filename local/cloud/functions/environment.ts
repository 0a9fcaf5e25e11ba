import { Worker } from 'node:worker_threads';
import type { FunctionError } from '../types.ts';
import type { FromWorker, Outcome, Setup, ToWorker } from './messages.ts';

/** A function of the template, ready to be started. */
export type FunctionSpec = {
  readonly setup: Setup;
  /** ARN of the role it runs under. */
  readonly role: string;
  /** ms; of one invocation, loading apart. */
  readonly timeout: number;
  readonly concurrency: number;
  readonly variables: Record<string, string>;
};

/** One worker with the bundle loaded. It runs one invocation at a time; after a time-out or a crash it is gone. */
export type Environment = {
  readonly run: (requestId: string, payload: string) => Promise<Outcome>;
  readonly close: () => Promise<unknown>;
};

// What AWS gives a function to load in (10 s), doubled for a laptop that starts all of them at once.
const LOAD_LIMIT_MS = 20_000;

/** Starts an environment. Rejects with a FunctionError when the bundle cannot be loaded. */
export async function startEnvironment(
  spec: FunctionSpec,
  output: (chunk: string) => void,
  onGone: () => void,
): Promise<Environment> {
  const worker = startWorker(spec, output);
  let settle: (message: FromWorker) => void = () => undefined;
  const next = (): Promise<FromWorker> => {
    const { promise, resolve } = Promise.withResolvers<FromWorker>();
    settle = resolve;
    return promise;
  };
  const first = next();
  worker.on('message', (message: FromWorker) => settle(message));
  worker.once('error', (thrown: unknown) => settle({ error: crashOf(thrown) }));
  worker.once('exit', (code) => {
    onGone();
    settle({ error: { errorType: 'Runtime.ExitError', errorMessage: `Runtime exited with status ${code}` } });
  });
  const loaded = await within(LOAD_LIMIT_MS, first);
  if (loaded !== 'ready') {
    await worker.terminate();
    if (loaded !== undefined && 'error' in loaded) throw loaded.error;
    throw timedOut('the bundle took too long to load');
  }
  return {
    run: async (requestId, payload) => {
      const message: ToWorker = { requestId, payload, deadline: Date.now() + spec.timeout };
      const answer = next();
      worker.postMessage(message);
      const ended = await within(spec.timeout, answer);
      if (ended !== undefined && ended !== 'ready') return ended;
      // Gone before anybody can be given it again.
      onGone();
      await worker.terminate();
      const seconds = (spec.timeout / 1000).toFixed(2);
      return {
        error: timedOut(`RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`),
      };
    },
    close: () => worker.terminate(),
  };
}

function startWorker({ setup, variables }: FunctionSpec, output: (chunk: string) => void): Worker {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: setup,
    env: variables,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: setup.memory },
  });
  for (const stream of [worker.stdout, worker.stderr]) stream.setEncoding('utf8').on('data', output);
  return worker;
}

function timedOut(errorMessage: string): FunctionError {
  return { errorType: 'Sandbox.Timedout', errorMessage };
}

/** The outcome of the work, or undefined after `ms`. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function crashOf(thrown: unknown): FunctionError {
  const errorMessage = thrown instanceof Error ? thrown.message : String(thrown);
  const outOfMemory = /heap out of memory|memory limit/.test(errorMessage);
  return { errorType: outOfMemory ? 'Runtime.OutOfMemory' : 'Runtime.UnhandledError', errorMessage };
}
