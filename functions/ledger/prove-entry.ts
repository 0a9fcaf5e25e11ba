import { proveEntry } from '../../shared/ledger/serve/index.ts';
import { fileRoute, NOT_KEPT } from '../runtime/file-route.ts';
import { filesDeps } from '../runtime/ledger-files.ts';
import { proveEntryRoute } from '../runtime/ledger-routes.ts';

export const handler = fileRoute(proveEntryRoute, async (key) => ({
  content: await proveEntry(filesDeps(), key),
  cacheControl: NOT_KEPT,
}));
