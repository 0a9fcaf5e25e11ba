import { isJson, type Json, lastPart, listAt, textAt } from '../aws/shapes.ts';

/** Wakes the readers of a table's stream after a write, so that they need not poll while nothing happens. */
export type Wakes = {
  readonly written: (action: string, input: Json) => void;
  /** Resolves at the next write to the table, or after `limit` ms. */
  readonly next: (table: string, limit: number) => Promise<void>;
};

export function createWakes(): Wakes {
  const sleepers = new Map<string, Set<() => void>>();
  return {
    written: (action, input) => {
      for (const table of tablesWritten(action, input)) {
        for (const wake of sleepers.get(table) ?? []) wake();
      }
    },
    next: (table, limit) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const set = sleepers.get(table) ?? new Set();
      sleepers.set(table, set);
      const wake = (): void => {
        set.delete(wake);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(wake, limit);
      set.add(wake);
      return promise;
    },
  };
}

function tablesWritten(action: string, input: Json): ReadonlySet<string> {
  if (/^(Put|Update|Delete)Item$/.test(action)) return new Set([lastPart(textAt(input, 'TableName') ?? '')]);
  if (action === 'BatchWriteItem') {
    return new Set(isJson(input.RequestItems) ? Object.keys(input.RequestItems).map(lastPart) : []);
  }
  if (action !== 'TransactWriteItems') return new Set();
  const items = listAt(input, 'TransactItems').flatMap((item) => (isJson(item) ? Object.values(item) : []));
  return new Set(items.map((item) => lastPart(textAt(item, 'TableName') ?? '')));
}
