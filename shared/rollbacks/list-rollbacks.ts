import type { HeadQuery, Page, Store } from '../kernel/index.ts';
import { attemptOf } from './attempt.ts';
import { subjectOf } from './explain-rollback.ts';

/** Attempts, newest first. */
export async function listRollbacks(
  store: Store,
  query: Omit<HeadQuery, 'kind'>,
): Promise<Page<ReturnType<typeof subjectOf>>> {
  const page = await store.heads({ ...query, kind: 'rollback' });
  return {
    items: page.items.map((head) => subjectOf(attemptOf(head))),
    ...(page.cursor !== undefined && { cursor: page.cursor }),
  };
}
