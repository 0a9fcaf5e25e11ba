import { getCheckpoint } from '../../shared/ledger/serve/index.ts';
import { checkpoints } from '../runtime/checkpoints.ts';
import { fileRoute } from '../runtime/file-route.ts';
import { BRIEFLY_KEPT } from '../runtime/ledger-files.ts';
import { getCheckpointRoute } from '../runtime/ledger-routes.ts';

export const handler = fileRoute(getCheckpointRoute, async () => ({
  content: await getCheckpoint({ checkpoints: checkpoints() }),
  cacheControl: BRIEFLY_KEPT,
}));
