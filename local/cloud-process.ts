import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Cloud, CloudOptions } from './cloud/cloud.ts';

/** What the rest of this machine sees of the local cloud. */
export type CloudFace = Pick<Cloud, 'api' | 'aws' | 'issuer' | 'resources' | 'outputs' | 'unsupported'> & {
  /** Calls any service as the owner. */
  readonly call: Cloud['call'];
  readonly close: () => Promise<void>;
};

export type CloudProcessOptions = Omit<CloudOptions, 'log'>;
/** A module that the process loads before it starts: benches count calls with it. */
type Preload = { readonly preload?: string };
type Ready = Omit<CloudFace, 'call' | 'close'>;

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
  | { readonly close: true };

/**
 * Runs the local cloud in a process of its own. With its functions it grows to a gigabyte, and Node stands still for
 * 60 ms whenever a process of that size starts another one, which the sandbox does all the time: git, checks, replicas.
 * The cloud ends with this process, however this one ends.
 */
export async function startCloudProcess(
  { preload, ...options }: CloudProcessOptions & Preload,
  log: (line: string) => void,
): Promise<CloudFace> {
  const child = fork(join(import.meta.dirname, 'cloud-child.ts'), {
    serialization: 'advanced',
    execArgv: preload === undefined ? [] : ['--import', preload],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const asked = new Map<number, PromiseWithResolvers<unknown>>();
  const started = Promise.withResolvers<Ready>();
  child.on('message', (message: FromCloud) => {
    if ('ready' in message) started.resolve(message.ready);
    else if ('failed' in message) started.reject(new Error(message.failed));
    else if ('log' in message) log(message.log);
    else answer(asked, message);
  });
  child.once('exit', (code) => {
    const error = new Error(`the local cloud has ended (${code})`);
    started.reject(error);
    for (const { reject } of asked.values()) reject(error);
  });
  tell(child, { start: options });
  const ready = await started.promise;
  let lastId = 0;
  return {
    ...ready,
    call: (...call) => {
      lastId += 1;
      const question = Promise.withResolvers<unknown>();
      asked.set(lastId, question);
      tell(child, { id: lastId, call });
      return question.promise;
    },
    close: () => close(child),
  };
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

async function close(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  tell(child, { close: true });
  await ended;
}
