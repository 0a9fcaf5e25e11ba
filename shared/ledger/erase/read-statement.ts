import * as z from 'zod';
import { Fault } from '../../kernel/index.ts';
import type { Statements } from './ports.ts';

/** Of `GET /v1/ledger/statements/{kind}/{id}`. */
export const StatementParams = z.strictObject({
  kind: z.string().regex(/^ledger\.[a-z]{1,40}$/, "is one of the ledger's own kinds"),
  id: z.string().regex(/^[0-9a-f]{64}$/, 'is the id of the entry: 64 hex digits'),
});
export type StatementParams = z.infer<typeof StatementParams>;

/** What an entry of the ledger's own says: SHA-256(0x03 || salt || bytes) is its commitment. Throws Fault('NotFound'). */
export async function readStatement(
  deps: { readonly statements: Statements },
  { kind, id }: StatementParams,
) {
  const found = await deps.statements.read(kind, id);
  if (found === undefined) throw new Fault('NotFound', `there is no ${kind} ${id}`);
  return { kind, id, ...found };
}
