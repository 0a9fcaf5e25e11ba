import { afterEach, describe, expect, test } from 'vitest';
import { nodeCryptography } from '../../../../shared/ledger/node-crypto.ts';
import {
  auditLedger,
  bucketLedger,
  type LedgerSource,
  type Version,
} from '../../../../shared/ledger/verifier/index.ts';
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
const PAGE = 4;

let server: FileServer | undefined;
afterEach(() => server?.close());

type Objects = Map<string, readonly Version[]>;

/** What publishing puts into the bucket: full files and every checkpoint, each version oldest first. */
function objects(): Objects {
  const full = [...published.files].filter(([path]) => path.startsWith('tile/') && !path.includes('.p/'));
  const archive = [...published.checkpoints].map(
    ([size, versions]) => [`checkpoint/${String(size).padStart(20, '0')}`, versions] as const,
  );
  return new Map([...full, ...archive]);
}

/** S3 as far as reading goes: versions in pages, the newest of a key first, and single versions. */
async function startBucket(stored: Objects, prefix = ''): Promise<string> {
  const all = [...stored].sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = all.flatMap(([path, versions]) =>
    versions.map((version, at) => ({ key: `${prefix}${path}`, id: `v${at}`, version })).reverse(),
  );
  server = await serveFiles((asked) => {
    const url = new URL(asked, 'http://s3');
    const key = decodeURIComponent(url.pathname.replace(/^\/ledger-bucket\/?/, ''));
    if (key !== '') {
      const found = rows.find((row) => row.key === key && row.id === url.searchParams.get('versionId'));
      return found !== undefined && 'bytes' in found.version ? found.version.bytes : undefined;
    }
    const wanted = rows.filter((row) => row.key.startsWith(url.searchParams.get('prefix') ?? ''));
    const marker = [url.searchParams.get('key-marker'), url.searchParams.get('version-id-marker')];
    const from = wanted.findIndex((row) => row.key === marker[0] && row.id === marker[1]) + 1;
    const page = wanted.slice(from, from + PAGE);
    const last = from + PAGE < wanted.length ? page.at(-1) : undefined;
    const elements = page.map(({ key: name, id, version }) => {
      const element = 'deleted' in version ? 'DeleteMarker' : 'Version';
      return `<${element}><Key>${name}</Key><VersionId>${id}</VersionId></${element}>`;
    });
    const next = `<NextKeyMarker>${last?.key}</NextKeyMarker><NextVersionIdMarker>${last?.id}</NextVersionIdMarker>`;
    return `<?xml version="1.0"?>\n<ListVersionsResult xmlns="s3"><IsTruncated>${last !== undefined}</IsTruncated>${last === undefined ? '' : next}${elements.join('')}</ListVersionsResult>`;
  });
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
