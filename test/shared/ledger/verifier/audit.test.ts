import { describe, expect, test } from 'vitest';
import { audit, publishingFor } from '../../../../bench/tamper-run.ts';
import { nodeCryptography } from '../../../../shared/ledger/node-crypto.ts';
import { auditLedger, type Version } from '../../../../shared/ledger/verifier/index.ts';
import { memorySource, type Published, publish, sealedEntries } from '../../../support/tile-ledger.ts';

const SIZE = 300;
const entries = sealedEntries('bench-ledger', SIZE);
const sound = publish(entries, await publishingFor(SIZE));

function withFile(path: string, versions: readonly Version[]): Published {
  return { ...sound, files: new Map([...sound.files, [path, versions]]) };
}

function without(...paths: readonly string[]): Published {
  return { ...sound, files: new Map([...sound.files].filter(([path]) => !paths.includes(path))) };
}

const bytesOf = (path: string): Uint8Array => {
  const [version] = sound.files.get(path) ?? [];
  return version !== undefined && 'bytes' in version ? version.bytes : new Uint8Array();
};

describe('an audit', () => {
  test('of a sound ledger names size, signers and nothing else', async () => {
    const report = await audit(sound);
    expect(report).toMatchObject({ verdict: 'sound', checked: SIZE, findings: [], missing: [], special: [] });
    expect(report.checkpoint).toMatchObject({ size: SIZE });
    expect(report.checkpoint?.signers).toHaveLength(2);
  });

  test.each([
    ['tile/0/001.p/44', 'altered', 256],
    ['tile/0/000', 'altered', 0],
    ['tile/1/000.p/1', 'altered', 0],
    ['tile/entries/000', 'altered', 0],
    ['tile/entries/001.p/44', 'truncated', 256],
  ] as const)('of a ledger without %s is %s at %i', async (path, verdict, firstBad) => {
    expect(await audit(without(path))).toMatchObject({ verdict, firstBad });
  });

  test.each([
    [
      'a bundle that ends within an entry',
      'tile/entries/001.p/44',
      bytesOf('tile/entries/001.p/44').slice(0, -1),
    ],
    ['a tile that is too short', 'tile/0/001.p/44', bytesOf('tile/0/001.p/44').slice(0, -1)],
    ['an empty tile', 'tile/1/000.p/1', new Uint8Array()],
  ])('of a ledger with %s is no crash', async (_, path, bytes) => {
    expect(await audit(withFile(path, [{ bytes }]))).toMatchObject({ verdict: 'altered' });
  });

  test('takes a full tile where the partial one is gone', async () => {
    const grown = publish(sealedEntries('bench-ledger', 512), await publishingFor(512));
    const files = new Map(
      [...sound.files, ...grown.files].filter(
        ([path]) => !path.includes('001.p') && !path.includes('1/000.p'),
      ),
    );
    const level = sound.files.get('tile/1/000.p/1') ?? [];
    files.set('tile/1/000.p/1', level);
    files.set('checkpoint', sound.files.get('checkpoint') ?? []);
    expect(await audit({ files, checkpoints: sound.checkpoints })).toMatchObject({
      verdict: 'sound',
      checked: SIZE,
    });
  });
});

describe('an audit of what was rewritten, unsigned or left out', () => {
  test('reads the oldest version, and tells that there is a second', async () => {
    const path = 'tile/entries/001.p/44';
    const report = await audit(withFile(path, [{ bytes: bytesOf(path) }, { bytes: new Uint8Array() }]));
    expect(report).toMatchObject({ verdict: 'altered', firstBad: 256, checked: SIZE });
    expect(report.findings).toEqual([
      { verdict: 'altered', reason: `${path} was written 2 times`, seq: 256 },
    ]);
  });

  test('tells of a checkpoint that was deleted under a marker, and of one under another size', async () => {
    const [of97 = []] = [sound.checkpoints.get(97)];
    const marked = new Map([...sound.checkpoints, [97, [...of97, { deleted: true } as const]]]);
    expect((await audit({ ...sound, checkpoints: marked })).findings[0]?.reason).toBe(
      'checkpoint/97 was deleted',
    );
    const moved = new Map([...sound.checkpoints, [98, of97]]);
    expect((await audit({ ...sound, checkpoints: moved })).findings[0]?.reason).toContain('its size is 97');
  });

  test('without a key compares with a head, and with nothing finds nothing sound', async () => {
    const source = memorySource(sound);
    const crypto = nodeCryptography();
    const { checkpoint } = await audit(sound);
    const head = { size: SIZE, root: checkpoint?.root ?? new Uint8Array() };
    expect(await auditLedger(source, { head }, crypto)).toMatchObject({ verdict: 'sound', checked: SIZE });
    const wrong = { size: SIZE, root: new Uint8Array(32) };
    expect(await auditLedger(source, { head: wrong }, crypto)).toMatchObject({
      verdict: 'altered',
      firstBad: SIZE - 1,
    });
    expect(await auditLedger(source, {}, crypto)).toMatchObject({ verdict: 'altered', checked: 0 });
    expect(await audit(without('checkpoint'))).toMatchObject({ verdict: 'sound' });
    expect(await audit({ files: new Map(), checkpoints: new Map() })).toMatchObject({ verdict: 'altered' });
  });

  test('names the revisions that are missing, those of a head that nothing was sealed of too', async () => {
    const report = await auditLedger(
      memorySource(sound),
      {
        head: { size: SIZE, root: new Uint8Array(32) },
        complete: {
          subjects: [
            { kind: 'rollback', id: 'rbk_0', rev: 9 },
            { kind: 'rollback', id: 'never', rev: 1 },
          ],
        },
      },
      nodeCryptography(),
    );
    expect(report.missing).toEqual([
      { kind: 'rollback', id: 'rbk_0', revs: [8, 9] },
      { kind: 'rollback', id: 'never', revs: [1] },
    ]);
  });
});
