import { Worker } from 'node:worker_threads';
import type { FromWorker, FunctionError, Outcome, Setup, ToWorker } from './messages.ts';

/** A function of the template, ready to be started. */
export type FunctionSpec = Setup & {
  /** ms; of one invocation, loading apart. */
  readonly timeout: number;
  readonly concurrency: number;
  readonly variables: Readonly<Record<string, string>>;
};

/** One worker with the bundle loaded. It runs one invocation at a time; after a time-out or a crash it is gone. */
export type Environment = {
  readonly run: (requestId: string, payload: string) => Promise<Outcome>;
  readonly close: () => Promise<void>;
};

// What AWS gives a function to load in (10 s), doubled for a laptop that starts all of them at once.
const LOAD_LIMIT_MS = 20_000;
const LOADING_TOOK_TOO_LONG: FunctionError = {
  errorType: 'Sandbox.Timedout',
  errorMessage: 'the bundle took too long to load',
};

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
  worker.once('error', (thrown: unknown) => settle({ kind: 'failure', error: crashOf(thrown) }));
  worker.once('exit', (code) => {
    onGone();
    const errorMessage = `Runtime exited with status ${code}`;
    settle({ kind: 'failure', error: { errorType: 'Runtime.ExitError', errorMessage } });
  });
  const loaded = await within(LOAD_LIMIT_MS, first);
  if (loaded?.kind !== 'ready') {
    await worker.terminate();
    throw loaded !== undefined && 'error' in loaded ? loaded.error : LOADING_TOOK_TOO_LONG;
  }
  return {
    run: async (requestId, payload) => {
      const message: ToWorker = { requestId, payload, deadline: Date.now() + spec.timeout };
      const answer = next();
      worker.postMessage(message);
      const ended = await within(spec.timeout, answer);
      if (ended === undefined) {
        // Gone before anybody can be given it again.
        onGone();
        await worker.terminate();
        return { error: timedOut(requestId, spec.timeout) };
      }
      if (ended.kind === 'answer') return { payload: ended.payload };
      return { error: 'error' in ended ? ended.error : crashOf('answered nothing') };
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

function startWorker(spec: FunctionSpec, output: (chunk: string) => void): Worker {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: setupOf(spec),
    env: { ...spec.variables },
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: spec.memory },
  });
  for (const stream of [worker.stdout, worker.stderr]) stream.setEncoding('utf8').on('data', output);
  return worker;
}

function setupOf(spec: FunctionSpec): Setup {
  const { file, exportName, functionName, functionArn, memory, cacheFolder } = spec;
  return { file, exportName, functionName, functionArn, memory, cacheFolder };
}

function timedOut(requestId: string, timeout: number): FunctionError {
  const seconds = (timeout / 1000).toFixed(2);
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`;
  return { errorType: 'Sandbox.Timedout', errorMessage };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function crashOf(thrown: unknown): FunctionError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const outOfMemory = message.includes('heap out of memory') || message.includes('memory limit');
  return {
    errorType: outOfMemory ? 'Runtime.OutOfMemory' : 'Runtime.UnhandledError',
    errorMessage: message,
    ...(thrown instanceof Error && { trace: (thrown.stack ?? '').split('\n') }),
  };
}
