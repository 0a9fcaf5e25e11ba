import { afterEach, describe, expect, test } from 'vitest';
import { nodeCryptography } from '../../../../shared/ledger/node-crypto.ts';
import {
  auditLedger,
  bucketLedger,
  isUnreachable,
  type LedgerSource,
} from '../../../../shared/ledger/verifier/index.ts';
import { type Objects, objectsOf, PAGE, serveBucket } from '../../../support/bucket-server.ts';
import { type FileServer, serveFiles } from '../../../support/file-server.ts';
import { memorySource, publish, sealedEntries, signingFor } from '../../../support/tile-ledger.ts';

const ORIGIN = 'holdfast.example/bucket';
const signing = await signingFor(ORIGIN);
const trust = { keys: [signing.log.verifier] };
const published = publish(sealedEntries('bucket', 700), {
  ...{ signing, origin: ORIGIN, time: 1_795_000_000 },
  sizes: [100, 300, 512, 600, 700],
});
const fetching = { fetch, pause: async () => undefined, random: () => 1 };

let server: FileServer | undefined;
afterEach(() => server?.close());

const objects = (): Objects => objectsOf(published);

async function startBucket(stored: Objects, prefix = ''): Promise<string> {
  server = await serveBucket(stored, prefix);
  return `${server.url}/ledger-bucket`;
}

async function audit(stored: Objects, tail?: LedgerSource, prefix = '') {
  const base = await startBucket(stored, prefix);
  const { source } = bucketLedger(
    { base, prefix, headersFor: () => ({}), ...(tail !== undefined && { tail }) },
    fetching,
  );
  return auditLedger(source, { trust }, nodeCryptography());
}

/** The API: no archive, and the newest checkpoint. */
const tail: LedgerSource = { read: memorySource(published).read, checkpoints: async () => [] };

describe('a ledger in a bucket', () => {
  test('is checked as far as its full files reach', async () => {
    const report = await audit(objects());
    expect(report).toMatchObject({ verdict: 'sound', checked: 512, findings: [], checkpoint: { size: 512 } });
  });

  test('and to its end with the API for what is in no full file yet', async () => {
    expect(await audit(objects(), tail)).toMatchObject({ verdict: 'sound', checked: 700, findings: [] });
  });

  test('may lie under a prefix', async () => {
    expect(await audit(objects(), tail, 'logs/one/')).toMatchObject({ verdict: 'sound', checked: 700 });
  });

  test('whose files are larger than a page of the list is listed to its end', async () => {
    await audit(objects(), tail);
    const pages = server?.asked.filter((path) => path.includes('versions='));
    expect(pages?.length).toBe(Math.ceil(objects().size / PAGE));
  });
});

describe('what somebody did to a locked bucket is found', () => {
  const [first = { deleted: true }] = objects().get('tile/entries/001') ?? [];

  test.each([
    ['a file that was deleted', [first, { deleted: true }], 'tile/entries/001 was deleted'],
    [
      'a file that was written over',
      [first, { bytes: Buffer.from('another') }],
      'tile/entries/001 was written 2 times',
    ],
  ] as const)('%s, and its first version is read all the same', async (_, versions, reason) => {
    const report = await audit(objects().set('tile/entries/001', versions), tail);
    expect(report).toMatchObject({ verdict: 'altered', firstBad: 256, checked: 700 });
    expect(report.findings.map((finding) => finding.reason)).toEqual([reason]);
  });

  test('a file that is gone with all its versions', async () => {
    const stored = objects();
    stored.delete('tile/entries/001');
    expect(await audit(stored, tail)).toMatchObject({ firstBad: 256, checked: 256 });
  });

  test('two checkpoints of one size', async () => {
    const other = publish(sealedEntries('bucket', 300, 'd'), {
      ...{ signing, origin: ORIGIN, time: 1_795_000_000, sizes: [300] },
    });
    const name = `checkpoint/${String(300).padStart(20, '0')}`;
    const both = [...(objects().get(name) ?? []), ...(other.checkpoints.get(300) ?? [])];
    expect((await audit(objects().set(name, both))).verdict).toBe('forked');
  });
});

test('a bucket that does not list its versions is unreachable, not empty', async () => {
  server = await serveFiles(() => '<html>hello</html>');
  const place = { base: `${server.url}/ledger-bucket`, prefix: '', headersFor: () => ({}) };
  await expect(bucketLedger(place, fetching).source.checkpoints()).rejects.toThrow('does not list');
});

describe('while a bucket is read', () => {
  test('each checkpoint is fetched once, eight at a time, and one that fails makes it unreachable', async () => {
    const stored = objects();
    const [any] = stored.get('checkpoint/00000000000000000100') ?? [];
    for (let size = 1_000; any !== undefined && size < 1_100; size += 1)
      stored.set(`checkpoint/${String(size).padStart(20, '0')}`, [any]);
    const base = await startBucket(stored);
    let [now, most, failing] = [0, 0, false];
    const counted = async (...asked: Parameters<typeof fetch>) => {
      if (failing) throw new Error('EMFILE');
      now += 1;
      most = Math.max(most, now);
      return fetch(...asked).finally(() => {
        now -= 1;
      });
    };
    const place = { base, prefix: '', headersFor: () => ({}) };
    const { archived, source } = bucketLedger(place, { ...fetching, fetch: counted as typeof fetch });
    expect((await archived()).length).toBe(105);
    await source.checkpoints();
    expect(server?.asked.filter((path) => path.includes('/checkpoint/')).length).toBe(105);
    expect(most).toBe(8);
    const other = bucketLedger(place, { ...fetching, fetch: counted as typeof fetch });
    failing = true;
    await expect(other.archived()).rejects.toSatisfy(isUnreachable);
  });

  test('a checkpoint that the API does not show yet is waited for', async () => {
    const older = publish(sealedEntries('bucket', 600), {
      ...{ signing, origin: ORIGIN, time: 1_795_000_000, sizes: [600] },
    });
    let reads = 0;
    const read = async (path: string) => {
      if (path === 'checkpoint') reads += 1;
      return (path === 'checkpoint' && reads < 4 ? older : published).files.get(path) ?? [];
    };
    const late = { ...tail, read };
    expect(await audit(objects(), late)).toMatchObject({ verdict: 'sound', checked: 700, findings: [] });
    expect(reads).toBe(4);
    const never = { ...tail, read: async (path: string) => older.files.get(path) ?? [] };
    expect((await audit(objects(), never)).verdict).not.toBe('sound');
  });

  test('a full file that was published after the listing is found', async () => {
    const stored = objects();
    const full = ['tile/entries/001', 'tile/0/001'].map((path) => [path, stored.get(path) ?? []] as const);
    for (const [path] of [...stored])
      if (
        full.some(([name]) => name === path) ||
        /^checkpoint\/0*[3-7]\d\d$/.test(path) ||
        path.endsWith('512')
      )
        stored.delete(path);
    stored.delete('checkpoint/00000000000000000512');
    const read: LedgerSource['read'] = async (path) => {
      if (path === 'checkpoint') for (const [name, versions] of full) stored.set(name, versions);
      return tail.read(path);
    };
    expect(await audit(stored, { ...tail, read })).toMatchObject({ verdict: 'sound', checked: 700 });
  });
});
