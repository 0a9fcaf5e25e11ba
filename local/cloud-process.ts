import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { FaultRule } from './cloud/aws/faults.ts';
import type { Cloud, CloudOptions } from './cloud/cloud.ts';

/** What the rest of this machine sees of the local cloud. */
export type CloudFace = Pick<Cloud, 'api' | 'aws' | 'issuer' | 'resources' | 'outputs' | 'unsupported'> & {
  /** Calls any service as the owner. */
  readonly call: Cloud['call'];
  /** For tests of what a fault does: replaces the faults of the process that runs. */
  readonly setFaults: Cloud['setFaults'];
  /** Resolves when the process has ended; with the signal that ended it, if one did. */
  readonly ended: () => Promise<NodeJS.Signals | undefined>;
  /** Starts it once more over the same folder after its process has ended. Needs a port that was given, not a free one. */
  readonly again: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export type CloudProcessOptions = Omit<CloudOptions, 'log'>;
/** A module that the process loads before it starts: benches count calls with it. */
type Preload = { readonly preload?: string };
type Ready = Omit<CloudFace, 'call' | 'setFaults' | 'ended' | 'again' | 'close'>;

/** What the child says. */
export type FromCloud =
  | { readonly ready: Ready }
  | { readonly failed: string }
  | { readonly log: string }
  | { readonly id: number; readonly result?: unknown; readonly error?: string };
/** What the child is told. */
export type ToCloud =
  | { readonly start: CloudProcessOptions }
  | { readonly id: number; readonly call: Parameters<Cloud['call']> }
  | { readonly faults: readonly FaultRule[] }
  | { readonly close: true };

/**
 * Runs the local cloud in a process of its own. With its functions it grows to a gigabyte, and Node stands still for
 * 60 ms whenever a process of that size starts another one, which the sandbox does all the time: git, checks, replicas.
 * The cloud ends with this process, however this one ends.
 */
export async function startCloudProcess(
  options: CloudProcessOptions & Preload,
  log: (line: string) => void,
): Promise<CloudFace> {
  let running = launch(options, log);
  let lastId = 0;
  return {
    ...(await running.ready),
    call: (...call) => {
      lastId += 1;
      const question = Promise.withResolvers<unknown>();
      running.asked.set(lastId, question);
      tell(running.child, { id: lastId, call });
      return question.promise;
    },
    setFaults: (faults) => tell(running.child, { faults: [...faults] }),
    ended: () => running.ended,
    again: async () => {
      await running.ended;
      running = launch(options, log);
      await running.ready;
    },
    close: async () => {
      if (running.child.exitCode === null && running.child.signalCode === null)
        tell(running.child, { close: true });
      await running.ended;
    },
  };
}

function launch({ preload, ...options }: CloudProcessOptions & Preload, log: (line: string) => void) {
  const child = fork(join(import.meta.dirname, 'cloud-child.ts'), {
    serialization: 'advanced',
    execArgv: preload === undefined ? [] : ['--import', preload],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const asked = new Map<number, PromiseWithResolvers<unknown>>();
  const started = Promise.withResolvers<Ready>();
  const over = Promise.withResolvers<NodeJS.Signals | undefined>();
  child.on('message', (message: FromCloud) => {
    if ('ready' in message) started.resolve(message.ready);
    else if ('failed' in message) started.reject(new Error(message.failed));
    else if ('log' in message) log(message.log);
    else answer(asked, message);
  });
  child.once('exit', (code, signal) => {
    const error = new Error(`the local cloud has ended (${code ?? signal})`);
    started.reject(error);
    for (const { reject } of asked.values()) reject(error);
    over.resolve(signal ?? undefined);
  });
  tell(child, { start: options });
  return { child, asked, ready: started.promise, ended: over.promise };
}

function answer(
  asked: Map<number, PromiseWithResolvers<unknown>>,
  said: { readonly id: number; readonly result?: unknown; readonly error?: string },
): void {
  const question = asked.get(said.id);
  asked.delete(said.id);
  if (said.error === undefined) question?.resolve(said.result);
  else question?.reject(new Error(said.error));
}

function tell(child: ChildProcess, message: ToCloud): void {
  child.send(message);
}
