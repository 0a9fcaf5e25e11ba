import { keyFileLines } from '../../shared/ledger/publish/index.ts';
import { getLedgerKey } from '../../shared/ledger/serve/index.ts';
import { ringDeps } from '../runtime/checkpoints.ts';
import { fileRoute } from '../runtime/file-route.ts';
import { KEPT_A_WHILE } from '../runtime/ledger-files.ts';
import { getLedgerKeyRoute } from '../runtime/ledger-routes.ts';

export const handler = fileRoute(getLedgerKeyRoute, async () => ({
  content: await getLedgerKey({ verifierKeys: () => keyFileLines(ringDeps()) }),
  cacheControl: KEPT_A_WHILE,
}));
