import { readTileFile } from '../../shared/ledger/serve/index.ts';
import { fileRoute } from '../runtime/file-route.ts';
import { filesDeps, KEPT_A_WHILE, KEPT_FOR_EVER } from '../runtime/ledger-files.ts';
import { readTileFileRoute } from '../runtime/ledger-routes.ts';

export const handler = fileRoute(readTileFileRoute, async ({ proxy }) => {
  const { bytes, full } = await readTileFile(filesDeps(), `tile/${proxy}`);
  return { content: bytes, cacheControl: full ? KEPT_FOR_EVER : KEPT_A_WHILE };
});
