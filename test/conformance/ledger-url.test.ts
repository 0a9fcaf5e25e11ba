import { afterEach, describe, expect, test } from 'vitest';
import { nodeCryptography } from '../../shared/ledger/node-crypto.ts';
import { inclusionProof, rootAt, subtreesFromTiles } from '../../shared/ledger/proofs.ts';
import { hashOfLeaf } from '../../shared/ledger/tiles.ts';
import {
  checkInclusion,
  equalBytes,
  hex,
  isRefused,
  type LedgerSource,
  openCheckpoint,
  readBundle,
  readTile,
  readVerifierKey,
  tilePath,
  urlSource,
} from '../../shared/ledger/verifier/index.ts';
import { type FileServer, serveFiles } from '../support/file-server.ts';
import { absent, bytesOf, ledgerVectors } from './ledger-vectors.ts';

type Log = {
  readonly vkey: string;
  readonly checkpoints: readonly { size: number; note: string }[];
  readonly tiles: readonly { path: string; hex: string }[];
  readonly entry_bundles: readonly { path: string; hex: string }[];
};

const FOLDER = 'testdata/log/';
const crypto = nodeCryptography();
let server: FileServer | undefined;
afterEach(() => server?.close());

/** The log of Tessera's test data over HTTP as it was at one of its sizes. */
async function serveLog({ checkpoints, tiles, entry_bundles }: Log, size: number): Promise<LedgerSource> {
  const files = new Map([...tiles, ...entry_bundles].map((file) => [file.path, bytesOf(file.hex)]));
  const note = checkpoints.find((each) => each.size === size)?.note;
  server = await serveFiles((path) => (path === 'log/checkpoint' ? note : files.get(`testdata/${path}`)));
  return urlSource(`${server.url}/log`, { fetch, pause: async () => undefined, random: () => 1 });
}

async function only(source: LedgerSource, path: string): Promise<Uint8Array> {
  const [version] = await source.read(path);
  if (version === undefined || !('bytes' in version)) throw new Error(`${path} is not there`);
  return version.bytes;
}

function accepted<T extends object>(answer: T | { readonly refused: string }): T {
  if (isRefused(answer)) throw new Error(answer.refused);
  return answer;
}

describe.skipIf(absent)('a log of Tessera behind a URL (skipped without the handbook)', () => {
  const log = () => ledgerVectors<Log>('tlog_checkpoints_tiles');
  const sizes = absent ? [] : log().checkpoints.map(({ size }) => size);

  test('all of its checkpoints, tiles and bundles are there', () => {
    const { tiles, entry_bundles } = log();
    expect([sizes.length, tiles.length, entry_bundles.length]).toEqual([16, 15, 15]);
    expect(tiles.every(({ path }) => path.startsWith(`${FOLDER}tile/0/`))).toBe(true);
  });

  test.each(sizes)(
    'at size %i its checkpoint opens, and every entry is proved by its tiles',
    async (size) => {
      const source = await serveLog(log(), size);
      const trust = { keys: [accepted(await readVerifierKey(log().vkey, crypto))] };
      const signed = accepted(await openCheckpoint(await only(source, 'checkpoint'), trust, crypto));
      expect(signed.size).toBe(BigInt(size));
      if (size === 0) return;
      const leafTile = await only(source, tilePath({ level: 0, index: 0, width: size }));
      const bundle = await only(source, tilePath({ level: 'entries', index: 0, width: size }));
      const entries = accepted(readBundle(bundle));
      const hashes = accepted(readTile(leafTile, size));
      expect(entries.map((entry) => hex(hashOfLeaf(entry)))).toEqual(hashes.map(hex));
      const subtree = subtreesFromTiles(size, () => leafTile);
      expect(equalBytes(rootAt(size, subtree), signed.root)).toBe(true);
      for (const [index, leaf] of hashes.entries()) {
        const proof = inclusionProof(index, size, subtree);
        const claim = { index: BigInt(index), size: signed.size, root: signed.root, leaf, proof };
        expect(await checkInclusion(crypto.sha256, claim)).toBeUndefined();
      }
    },
  );
});
