/** Durable workflows, and waking what waits in them. */
export type Workflow = {
  /** Starts the rollback workflow under the attempt's id; starting it again is success. */
  readonly startRollback: (id: string, input: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Ends a wait. A token that is spent or unknown is success: somebody else was first. */
  readonly wake: (token: string, output: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Starts a health watch of one service at once, beside the schedule. Failing to start it is logged, never thrown. */
  readonly watchNow: (service: string, environment: string) => Promise<void>;
};
