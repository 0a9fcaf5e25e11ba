import type { IdempotencyKeys, StoredUse } from '../../../shared/adapters/aws/dynamodb-idempotency.ts';

/** Idempotency keys in memory. */
export function memoryKeys(): IdempotencyKeys {
  const held = new Map<string, StoredUse & { expiresAt: number }>();
  return {
    begin: async ({ scope, key, requestHash, now }, busySeconds) => {
      const before = held.get(`${scope} ${key}`);
      if (before !== undefined && before.expiresAt >= now) return before;
      held.set(`${scope} ${key}`, { requestHash, expiresAt: now + busySeconds });
      return undefined;
    },
    finish: async ({ scope, key, requestHash, now }, answer, keepSeconds) => {
      held.set(`${scope} ${key}`, { requestHash, answer, expiresAt: now + keepSeconds });
    },
    release: async ({ scope, key }) => {
      held.delete(`${scope} ${key}`);
    },
  };
}
