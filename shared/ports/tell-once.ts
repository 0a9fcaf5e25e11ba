import type { ChatMessage, Notify } from './notify.ts';
import type { Work } from './work.ts';

type Deps = {
  readonly work: Pick<Work, 'beginTelling' | 'markTold'>;
  readonly notify: Notify;
  /** Milliseconds. */
  readonly clock: () => number;
};

/**
 * Posts what this mark names, once: whoever died between posting and writing it down is found out, because the beginning
 * was written down before. Throws Fault as `send` and the work table do; then it may be tried again.
 */
export async function tellOnce(
  { work, notify, clock }: Deps,
  mark: string,
  message: () => Promise<ChatMessage> | ChatMessage,
): Promise<void> {
  const before = await work.beginTelling(mark, clock());
  if (before === 'told') return;
  await notify.send(await message(), { key: mark, ...(before !== undefined && { since: before.since }) });
  await work.markTold(mark, clock());
}
