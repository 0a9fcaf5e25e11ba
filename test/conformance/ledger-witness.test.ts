import { describe, expect, test } from 'vitest';
import { consistencyProof, subtreesFromTiles } from '../../shared/ledger/proofs.ts';
import { isRefused, readVerifierKey } from '../../shared/ledger/verifier/index.ts';
import { addCheckpoint, readAddCheckpoint } from '../../shared/ledger/witness/index.ts';
import { cryptography, requestBody, witnessDeps } from '../support/witness.ts';
import { absent, bytesOf, ledgerVectors } from './ledger-vectors.ts';

type Log = {
  readonly vkey: string;
  readonly checkpoints: readonly { readonly size: number; readonly note: string }[];
  readonly tiles: readonly { readonly path: string; readonly hex: string }[];
};

/** The example of c2sp.org/tlog-witness, letter for letter; its log's key is not published. */
const EXAMPLE = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\u2014 example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
`;

test("the specification's own example of a request is read", async () => {
  const read = readAddCheckpoint(Buffer.from(EXAMPLE));
  if (isRefused(read)) throw new Error(read.refused);
  expect([read.old, read.proof.length, read.checkpoint.size]).toEqual([20852014n, 4, 20852163n]);
  expect(await addCheckpoint(witnessDeps(), Buffer.from(EXAMPLE))).toMatchObject({ status: 404 });
});

describe.skipIf(absent)("a witness of Tessera's test log (skipped without the handbook)", () => {
  async function witnessed() {
    const { vkey, checkpoints, tiles } = ledgerVectors<Log>('tlog_checkpoints_tiles');
    const key = await readVerifierKey(vkey, cryptography);
    if (isRefused(key)) throw new Error(key.refused);
    const proof = (from: number, to: number) =>
      consistencyProof(
        from,
        to,
        subtreesFromTiles(to, () => bytesOf(tiles[to - 1]?.hex ?? '')),
      );
    return { deps: { ...witnessDeps(), logs: [key] }, checkpoints, proof };
  }

  test('cosigns each of its 16 checkpoints as it grows, and each of them twice', async () => {
    const { deps, checkpoints, proof } = await witnessed();
    let old = 0;
    for (const { size, note } of checkpoints) {
      const proven = old === 0 ? [] : proof(old, size);
      expect(await addCheckpoint(deps, requestBody(old, proven, note))).toMatchObject({ status: 200 });
      expect(await addCheckpoint(deps, requestBody(size, [], note))).toMatchObject({ status: 200 });
      old = size;
    }
    expect(checkpoints).toHaveLength(16);
  });

  test('from every size to every larger one', async () => {
    const { checkpoints, proof, deps } = await witnessed();
    for (const from of checkpoints)
      for (const to of checkpoints.filter(({ size }) => size > from.size)) {
        const fresh = { ...deps, store: witnessDeps().store };
        await addCheckpoint(fresh, requestBody(0, [], from.note));
        const proven = from.size === 0 ? [] : proof(from.size, to.size);
        const answer = await addCheckpoint(fresh, requestBody(from.size, proven, to.note));
        expect(answer, `${from.size} to ${to.size}`).toMatchObject({ status: 200 });
      }
  });
});
