import * as z from 'zod';
import { type Entry, ZERO_HASH } from './entry.ts';
import type { Frontier } from './frontier.ts';

/** Where a chain stands: `prev` is the link of the last entry, which the next entry carries. */
export type LedgerHead = {
  readonly ledgerId: string;
  readonly size: number;
  readonly frontier: Frontier;
  readonly prev: Entry['prev'];
  /** ISO time of the last sealing; never runs backwards. Absent while the ledger is empty. */
  readonly sealedAt?: string;
};

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

/** The head as it is stored and served; further members (such as the printed root) are left out. */
export const LedgerHead: z.ZodType<LedgerHead> = z.object({
  ledgerId: z.string().min(1),
  size: z.int().min(0),
  frontier: z.array(Hash),
  prev: Hash,
  sealedAt: z.string().exactOptional(),
});

/** The head of a ledger without entries. */
export function emptyHead(ledgerId: string): LedgerHead {
  return { ledgerId, size: 0, frontier: [], prev: ZERO_HASH };
}
