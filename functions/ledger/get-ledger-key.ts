import { ledgerKeyLines } from '../../shared/ledger/publish/index.ts';
import { getLedgerKey } from '../../shared/ledger/serve/index.ts';
import { origin, signer } from '../runtime/checkpoints.ts';
import { fileRoute } from '../runtime/file-route.ts';
import { KEPT_A_WHILE } from '../runtime/ledger-files.ts';
import { getLedgerKeyRoute } from '../runtime/ledger-routes.ts';

const verifierKeys = async () => ledgerKeyLines(origin(), await signer().publicKey());

export const handler = fileRoute(getLedgerKeyRoute, async () => ({
  content: await getLedgerKey({ verifierKeys }),
  cacheControl: KEPT_A_WHILE,
}));
