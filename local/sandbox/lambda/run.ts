import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Clock } from '../deployer/types.ts';
import type { Invoked } from './api.ts';
import { type Functions, Refused, type Version } from './functions.ts';
import type { Call } from './measured.ts';

type Handler = (event: unknown) => unknown;
export type RunOptions = {
  readonly functions: Functions;
  /** The files of a commit, exported once. */
  readonly codeOf: (name: string, version: Version) => Promise<string>;
  readonly now: Clock;
  /** What durations are measured by, in milliseconds. */
  readonly running: Clock;
  /** Told of every call that ran. */
  readonly called: (call: Call, version: Version) => void;
};

/**
 * Runs a version's own code, in this process, and measures it. By an alias the version is drawn as the weights say. A
 * handler that throws is a failed call; Refused is thrown where there is nothing to call.
 */
export function createRun({ functions, codeOf, now, running, called }: RunOptions) {
  const handlers = new Map<string, Promise<Handler>>();
  const handlerOf = (name: string, version: Version): Promise<Handler> => {
    const key = `${name}:${version.sha}`;
    const found = handlers.get(key) ?? codeOf(name, version).then(load);
    handlers.set(key, found);
    return found;
  };
  return async (name: string, alias: string, event: unknown): Promise<Invoked> => {
    const { version, split } = functions.route(name, alias);
    const handler = await handlerOf(name, version).catch((thrown: unknown) => () => Promise.reject(thrown));
    // Loading is not counted, as on AWS; what cannot be loaded fails at every call.
    const [startedAt, began] = [now(), running()];
    const { payload, failed } = await attempt(handler, event);
    const milliseconds = running() - began;
    called(
      { function: name, alias, version: version.version, split, startedAt, milliseconds, failed },
      version,
    );
    return { payload, version: version.version, failed };
  };
}

async function attempt(handler: Handler, event: unknown): Promise<{ payload: unknown; failed: boolean }> {
  try {
    return { payload: await handler(event), failed: false };
  } catch (thrown) {
    const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { payload: { errorType: name, errorMessage: message }, failed: true };
  }
}

async function load(folder: string): Promise<Handler> {
  const file = pathToFileURL(join(folder, 'index.mjs')).href;
  const loaded: Readonly<Record<string, unknown>> = await import(/* @vite-ignore */ file);
  if (typeof loaded.handler === 'function') return loaded.handler as Handler;
  throw new Refused('Runtime.HandlerNotFound', `${file} exports no function handler`, 502);
}
