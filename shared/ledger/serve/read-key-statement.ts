import * as z from 'zod';
import { Fault } from '../../kernel/index.ts';
import type { LedgerFiles } from '../publish/ports.ts';
import { keyStatementPath } from '../verifier/index.ts';

/** Of `GET /v1/ledger/key/{generation}`: 2 to 999. */
export const KeyStatementParams = z.object({
  generation: z.string().regex(/^(?:[2-9]|[1-9]\d{1,2})$/, 'is the number of a later key: 2 and on'),
});

/** The statement that names a later key of the ledger, as it was published. Throws Fault('NotFound'). */
export async function readKeyStatement(
  deps: { readonly files: Pick<LedgerFiles, 'read'> },
  { generation }: z.infer<typeof KeyStatementParams>,
): Promise<Uint8Array> {
  const found = await deps.files.read(keyStatementPath(Number(generation)));
  if (found !== undefined) return found;
  throw new Fault('NotFound', `the ledger has named no key number ${generation}`);
}
