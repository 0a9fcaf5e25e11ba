import { expect, test } from 'vitest';
import { eraseSubject, expirePayloads } from '../../../shared/ledger/erase/index.ts';
import { nodeCryptography } from '../../../shared/ledger/node-crypto.ts';
import { inclusionProof, rootAt, subtreesOf } from '../../../shared/ledger/proofs.ts';
import { reconcileLedger } from '../../../shared/ledger/reconcile/index.ts';
import { hashOfLeaf } from '../../../shared/ledger/tiles.ts';
import { auditLedger, checkInclusion } from '../../../shared/ledger/verifier/index.ts';
import { erasingWorld } from '../../support/erasing-world.ts';
import { memorySource, publish, signingFor } from '../../support/tile-ledger.ts';

const DAY = 86_400_000;
const ORIGIN = 'holdfast.test/erased';
const TIME = 1_790_000_000;

async function published(entries: readonly string[], sizes: readonly number[]) {
  return publish(entries, { signing: await signingFor(ORIGIN), origin: ORIGIN, sizes, time: TIME });
}

async function auditOf(entries: readonly string[], sizes: readonly number[], since?: Uint8Array) {
  const { log, witness } = await signingFor(ORIGIN);
  return await auditLedger(
    memorySource(await published(entries, sizes)),
    {
      ...{ trust: { keys: [log.verifier, witness.verifier] }, ledgerId: 'test-ledger' },
      ...{ fresh: { now: TIME + 1, maxAge: 600 }, complete: { subjects: [] } },
      ...(since !== undefined && { since }),
    },
    nodeCryptography(),
  );
}

/** Proofs of all entries of a tree, as somebody made them once and kept them. */
function proofsOf(entries: readonly string[]) {
  const leaves = entries.map((entry) => hashOfLeaf(Buffer.from(entry)));
  const subtree = subtreesOf(leaves);
  const root = rootAt(leaves.length, subtree);
  return leaves.map((leaf, index) => ({
    ...{ index: BigInt(index), size: BigInt(leaves.length), leaf, root },
    proof: inclusionProof(index, leaves.length, subtree),
  }));
}

test('erasure and expiry leave every entry, proof and checkpoint as it was, and the whole audit sound', async () => {
  const world = erasingWorld();
  for (let at = 0; at < 24; at += 1) await world.subject({ kind: 'rollback', id: `rbk_${at}` }, 5);
  const before = [...world.ledger.stored];
  const proofs = proofsOf(before);
  const kept = (await published(before, [before.length])).files.get('checkpoint')?.[0];
  const since = kept !== undefined && 'bytes' in kept ? kept.bytes : new Uint8Array();
  expect((await auditOf(before, [before.length])).verdict).toBe('sound');

  const actor = { type: 'person', id: 'dana', via: 'cli' } as const;
  for (let at = 0; at < 8; at += 1)
    await eraseSubject(world.deps, { kind: 'rollback', id: `rbk_${at}`, reason: 'r' }, actor);
  world.clock.advance(31 * DAY);
  await expirePayloads(world.deps, { days: 30, until: world.clock() + 60_000 });
  await reconcileLedger(world.reconcile, { mode: 'full', at: 't', until: world.clock() + 60_000 });
  expect(world.removed).toHaveLength(120);

  const after = [...world.ledger.stored];
  expect(after.slice(0, before.length)).toEqual(before);
  const { sha256 } = nodeCryptography();
  for (const [index, kept] of proofs.entries()) {
    const leaf = hashOfLeaf(Buffer.from(after[index] ?? ''));
    expect(await checkInclusion(sha256, { ...kept, leaf })).toBeUndefined();
  }
  for (const proof of proofsOf(after)) expect(await checkInclusion(sha256, proof)).toBeUndefined();
  const report = await auditOf(after, [before.length, after.length], since);
  expect(report).toMatchObject({ verdict: 'sound', findings: [], missing: [], checked: after.length });
  // an entry for each erased decision, one for each page of expired ones, one for the run
  expect(after.length - before.length).toBe(40 + 1 + 1);
  expect(report.special).toEqual([]);
});
