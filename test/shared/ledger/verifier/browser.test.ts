import { webcrypto } from 'node:crypto';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { inclusionProof, subtreesOf } from '../../../../shared/ledger/proofs.ts';
import { hashOfLeaf } from '../../../../shared/ledger/tiles.ts';
import { proofFileText } from '../../../../shared/ledger/verifier/index.ts';
import { publish, sealedEntries, signingFor } from '../../../support/tile-ledger.ts';

const ENTRY = join(import.meta.dirname, '../../../../shared/ledger/verifier/index.ts');
const ORIGIN = 'holdfast.example/browser';

test('the verifier bundles for a browser with no module from outside its folder, and checks a proof there by WebCrypto', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [ENTRY],
    ...{
      bundle: true,
      write: false,
      metafile: true,
      platform: 'browser',
      format: 'iife',
      globalName: 'verifier',
    },
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.filter((path) => !path.includes('shared/ledger/verifier/'))).toEqual([]);
  expect(
    Object.values(metafile.inputs).flatMap((input) => input.imports.filter(({ external }) => external)),
  ).toEqual([]);

  const entries = sealedEntries('browser-ledger', 300);
  const signing = await signingFor(ORIGIN);
  const { files } = publish(entries, { signing, origin: ORIGIN, sizes: [300], time: 1_795_000_000 });
  const [version] = files.get('checkpoint') ?? [];
  const checkpoint = version !== undefined && 'bytes' in version ? Buffer.from(version.bytes).toString() : '';
  const proof = inclusionProof(123, 300, subtreesOf(entries.map((entry) => hashOfLeaf(Buffer.from(entry)))));
  const file = proofFileText({ extra: Buffer.from(entries[123] ?? ''), index: 123n, proof, checkpoint });
  // Only what a browser has: no require, no process, no Buffer.
  const names = { TextEncoder, TextDecoder, btoa, atob, Uint8Array, subtle: webcrypto.subtle };
  const context = createContext({ ...names, file, vkey: signing.log.vkey });
  runInContext(outputFiles[0]?.text ?? '', context);
  const inBrowser = `(async () => {
    const { webCryptography, readVerifierKey, checkProofFile } = verifier;
    const crypto = webCryptography(subtle);
    const trust = { keys: [await readVerifierKey(vkey, crypto)] };
    const proven = await checkProofFile(file, trust, crypto);
    const changed = await checkProofFile(file.replace('index 123', 'index 122'), trust, crypto);
    return JSON.stringify([proven.entry?.seq, String(proven.checkpoint?.size), changed]);
  })()`;
  expect(JSON.parse(await runInContext(inBrowser, context))).toEqual([
    ...[123, '300'],
    { refused: 'the proof leads to another root' },
  ]);
});
