import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { append, type LedgerTable, type Unsealed } from '../../../shared/ledger/index.ts';
import { nodeCryptography } from '../../../shared/ledger/node-crypto.ts';
import {
  type CheckpointTable,
  type LedgerFiles,
  ledgerKeyLines,
  type Signer,
} from '../../../shared/ledger/publish/index.ts';
import { isRefused, openCheckpoint, readVerifierKey } from '../../../shared/ledger/verifier/index.ts';
import type { Fixture } from '../../local/aws/fixture.ts';
import { databaseMissing } from '../../support/dynamodb.ts';
import { startLedgerFixture } from './ledger-fixture.ts';

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const context = { functionName: 'test', awsRequestId: 'test', getRemainingTimeInMillis: () => 10_000 };

describe.skipIf(databaseMissing)('publish-checkpoint over the local cloud', () => {
  let fixture: Fixture;
  let handler: Handler;
  let world: { ledger: LedgerTable; checkpoints: CheckpointTable; files: LedgerFiles; signer: Signer };

  beforeAll(async () => {
    fixture = await startLedgerFixture();
    handler = (await import('../../../functions/ledger/publish-checkpoint.ts')).handler;
    const runtime = await import('../../../functions/runtime/checkpoints.ts');
    const { ledger } = await import('../../../functions/runtime/ledger.ts');
    world = {
      ...{ ledger: ledger(), checkpoints: runtime.checkpoints() },
      ...{ files: runtime.ledgerFiles(), signer: runtime.signers()[0] },
    };
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await fixture?.end();
  });

  const grow = async (count: number): Promise<void> => {
    const after = await world.ledger.head();
    const records = Array.from(
      { length: count },
      (_, at): Unsealed => ({
        ...{ kind: 'service', id: `svc-${after.size + at}`, rev: 1, via: 'stream' },
        ...{ occurredAt: '2026-11-21T10:00:00.000Z', commitment: 'c'.repeat(64) },
      }),
    );
    await world.ledger.append({ after, ...append(after, records, Date.now()), payloads: [] });
  };
  const opened = async (note: string) => {
    const [log] = await ledgerKeyLines('holdfast/handled', await world.signer.publicKey());
    const key = await readVerifierKey(log, nodeCryptography());
    if (isRefused(key)) throw new Error(key.refused);
    return await openCheckpoint(note, { keys: [key] }, nodeCryptography());
  };

  test('messages lead to one checkpoint that opens with the key, and full tiles lie in the bucket', async () => {
    for (const count of [90, 90, 90]) await grow(count);
    expect(await handler({ Records: [{}, {}, {}] }, context)).toEqual({ batchItemFailures: [] });
    const newest = await world.checkpoints.newest();
    expect(newest?.size).toBe(270);
    expect(await opened(newest?.note ?? '')).toMatchObject({ origin: 'holdfast/handled', size: 270n });
    for (const path of ['tile/entries/000', 'tile/0/000', 'checkpoint/00000000000000000270'])
      expect((await world.files.read(path))?.length).toBeGreaterThan(100);
    expect((await world.checkpoints.tileState())?.size).toBe(256);
  });

  test('a message without news signs nothing; the heartbeat signs again', async () => {
    const before = await world.checkpoints.newest();
    await handler({ Records: [{}] }, context);
    expect(await world.checkpoints.newest()).toEqual(before);
    await handler({ source: 'aws.events', 'detail-type': 'Scheduled Event' }, context);
    const after = await world.checkpoints.newest();
    expect([after?.size, after?.root]).toEqual([270, before?.root]);
    expect(Date.parse(after?.signedAt ?? '')).toBeGreaterThan(Date.parse(before?.signedAt ?? ''));
  });

  test('who seals asks once for what comes within ten seconds', async () => {
    const { sealAndAsk, checkpointQueue } = await import('../../../functions/runtime/ask-checkpoint.ts');
    const asked = vi.spyOn(checkpointQueue(), 'ask');
    for (const from of [1, 2]) {
      const sealed = await sealAndAsk(async ({ appended }) => {
        appended?.({ from, to: from + 1 });
        return 'sealed';
      });
      expect(sealed).toBe('sealed');
    }
    expect(asked.mock.calls).toEqual([[10]]);
    await expect(asked.mock.results[0]?.value).resolves.toBeUndefined();
  });
});
