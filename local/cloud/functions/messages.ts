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

export type FunctionError = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
};

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly error: FunctionError }
  | { readonly kind: 'answer'; readonly payload: string }
  | { readonly kind: 'failure'; readonly error: FunctionError };

/** How an invocation ended; `payload` is JSON text. */
export type Outcome = { readonly payload: string } | { readonly error: FunctionError };
