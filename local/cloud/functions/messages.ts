import type { FunctionError } from '../types.ts';

/** What a worker is started with. */
export type Setup = {
  /** The bundle, an ES module. */
  readonly file: string;
  readonly exportName: string;
  readonly functionName: string;
  readonly functionArn: string;
  /** MB */
  readonly memory: number;
  /** Where V8 keeps compiled code between starts. */
  readonly cacheFolder: string;
};

/** One invocation. `deadline` is in ms since 1970. */
export type ToWorker = { readonly requestId: string; readonly payload: string; readonly deadline: number };

/** How an invocation ended; `payload` is JSON text. */
export type Outcome = { readonly payload: string } | { readonly error: FunctionError };

/** A worker reports once that it is ready, or why it cannot be, then the outcome of each invocation. */
export type FromWorker = 'ready' | Outcome;
