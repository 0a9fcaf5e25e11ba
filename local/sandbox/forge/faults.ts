import type { OperationId } from './contract/operations.ts';

export type OperationName = OperationId | 'graphql';

/** What goes wrong with the next calls of an operation. Several parts may be combined. */
export type ForgeFault = {
  readonly operation: OperationName | '*';
  /** How many calls it hits; 1 when absent. */
  readonly times?: number;
  readonly latencyMs?: number;
  /** Answered instead of the operation's own answer; the operation does not happen. */
  readonly status?: number;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A JSON body instead of the operation's own. The operation does happen. */
  readonly body?: unknown;
  /** Half of the body, with a length that says so. The operation does happen. */
  readonly truncate?: boolean;
  /** Ends the connection without an answer, before or after the operation happens. */
  readonly hangUp?: 'before' | 'after';
};
export type Faults = {
  readonly inject: (fault: ForgeFault) => void;
  readonly clear: () => void;
  /** The fault that hits this call, counted off. */
  readonly take: (operation: OperationName) => ForgeFault | undefined;
};

export function startFaults(): Faults {
  let waiting: readonly { readonly fault: ForgeFault; readonly left: number }[] = [];
  return {
    inject: (fault) => {
      waiting = [...waiting, { fault, left: fault.times ?? 1 }];
    },
    clear: () => {
      waiting = [];
    },
    take: (operation) => {
      const hit = waiting.find(({ fault }) => fault.operation === '*' || fault.operation === operation);
      if (hit === undefined) return undefined;
      waiting = waiting
        .map((each) => (each === hit ? { ...each, left: each.left - 1 } : each))
        .filter(({ left }) => left > 0);
      return hit.fault;
    },
  };
}
