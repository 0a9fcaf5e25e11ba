import { readKeyStatement } from '../../shared/ledger/serve/index.ts';
import { ledgerFiles } from '../runtime/checkpoints.ts';
import { fileRoute } from '../runtime/file-route.ts';
import { KEPT_FOR_EVER } from '../runtime/ledger-files.ts';
import { readKeyStatementRoute } from '../runtime/ledger-routes.ts';

export const handler = fileRoute(readKeyStatementRoute, async (params) => ({
  content: Buffer.from(await readKeyStatement({ files: ledgerFiles() }, params)).toString(),
  cacheControl: KEPT_FOR_EVER,
}));
