import { afterEach, describe, expect, test, vi } from 'vitest';
import { cosigner } from '../../../functions/runtime/cosigner.ts';
import { serveOnLoopback, type WitnessServer } from '../../../local/witness/server.ts';
import { emptyHead } from '../../../shared/ledger/index.ts';
import { openCheckpoint } from '../../../shared/ledger/verifier/index.ts';
import { emitted } from '../../support/emitted.ts';
import { servedLedger } from '../../support/served-ledger.ts';
import { sealedEntries } from '../../support/tile-ledger.ts';
import { cryptography, memoryWitnessStore, ORIGIN, signing, witnessDeps } from '../../support/witness.ts';

const entries = sealedEntries('holdfast', 300);
const never = () => Promise.reject(new Error('nobody writes here'));
let server: WitnessServer | undefined;
afterEach(() => server?.close());

/** The lines for a checkpoint of so many entries, and what was counted meanwhile. */
async function cosigned(size: number) {
  const { deps } = servedLedger(entries, size, signing, ORIGIN);
  const cosign = cosigner({
    ledger: { entries: deps.table.entries, head: async () => ({ ...emptyHead('holdfast'), size }) },
    checkpoints: { ...deps.checkpoints, put: never, putTileState: never },
    files: { ...deps.files, putOnce: never },
  });
  const newest = await deps.checkpoints.newest();
  let lines: readonly string[] = [];
  const counted = await emitted(async () => {
    lines = await cosign({ ...newest, before: undefined });
  });
  const metrics = counted.flatMap(({ _aws }) => _aws.CloudWatchMetrics.flatMap((each) => each.Metrics));
  return { note: `${newest.note}${lines.join('')}`, lines, counted: metrics.map(({ Name }) => Name) };
}

async function witnessed(store = memoryWitnessStore()): Promise<void> {
  server = await serveOnLoopback({ ...witnessDeps(store), clock: Date.now }, 0, () => undefined);
  vi.stubEnv('WITNESS_URL', server.url);
  vi.stubEnv('WITNESS_VKEY', signing.witness.vkey);
}

describe('what publishing is wired to', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('asks a witness over HTTP, from tiles and entries as they are stored', async () => {
    await witnessed();
    for (const size of [7, 256, 300]) {
      const { note, counted } = await cosigned(size);
      const keys = [signing.log.verifier, signing.witness.verifier];
      const opened = await openCheckpoint(note, { keys, cosigned: true }, cryptography);
      expect(opened).toMatchObject({ size: BigInt(size) });
      expect(counted).toEqual(['ledger_witness_cosigned_total']);
    }
    expect(await cosigned(7)).toMatchObject({ lines: [], counted: ['ledger_witness_contradicted_total'] });
  });

  test('asks nobody where no witness is named', async () => {
    expect(await cosigned(7)).toMatchObject({ lines: [], counted: [] });
  });

  test.each([
    ['an address without a key', 'https://w.test', ''],
    ['a key that is none', 'https://w.test', 'w.test+1+x'],
    ["a log's key", 'https://w.test', signing.log.vkey],
    ['an address of another machine without TLS', 'http://w.test', signing.witness.vkey],
    ['an address of this machine where nobody is', 'http://127.0.0.1:9', signing.witness.vkey],
  ])('%s is counted, and the checkpoint goes on without a line', async (_, url, vkey) => {
    vi.stubEnv('WITNESS_URL', url);
    vi.stubEnv('WITNESS_VKEY', vkey);
    expect(await cosigned(7)).toMatchObject({ lines: [], counted: ['ledger_witness_failed_total'] });
  });
});
