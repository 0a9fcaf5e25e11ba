import { afterEach, describe, expect, test } from 'vitest';
import { nodeCryptography } from '../../../../shared/ledger/node-crypto.ts';
import {
  auditLedger,
  isUnreachable,
  limitOf,
  readTile,
  urlSource,
} from '../../../../shared/ledger/verifier/index.ts';
import { type FileServer, serveFiles } from '../../../support/file-server.ts';
import { type Published, publish, sealedEntries, signingFor } from '../../../support/tile-ledger.ts';

const ORIGIN = 'holdfast.example/url';
const signing = await signingFor(ORIGIN);
const trust = { keys: [signing.log.verifier, signing.witness.verifier], cosigned: true };
const entries = sealedEntries('url', 600);
const published = publish(entries, { signing, origin: ORIGIN, sizes: [600], time: 1_795_000_000 });

let server: FileServer | undefined;
afterEach(() => server?.close());

function bytesOf({ files }: Published, path: string): Uint8Array | undefined {
  const [version] = files.get(path) ?? [];
  return version !== undefined && 'bytes' in version ? version.bytes : undefined;
}

const fast = { fetch, pause: async () => undefined, random: () => 1 };
const audit = (url: string) => auditLedger(urlSource(url, fast), { trust }, nodeCryptography());

describe('a ledger behind a URL', () => {
  test('is audited from the files that it serves', async () => {
    server = await serveFiles((path) => bytesOf(published, path.replace('ledger/', '')));
    const report = await audit(`${server.url}/ledger/`);
    expect(report).toMatchObject({ verdict: 'sound', checked: 600, findings: [] });
    expect(server.asked).toContain('ledger/tile/entries/002.p/88');
  });

  test('that has let go of its partial files is read from the full ones', async () => {
    const more = publish(sealedEntries('url', 768), { signing, origin: ORIGIN, sizes: [600], time: 1 });
    server = await serveFiles((path) => bytesOf(path.startsWith('tile/1/') ? published : more, path));
    expect(await audit(server.url)).toMatchObject({ verdict: 'sound', checked: 600 });
  });

  test('one byte of which was changed on the way is not sound', async () => {
    server = await serveFiles((path) => {
      const bytes = bytesOf(published, path);
      return path === 'tile/entries/001' ? bytes?.with(700, (bytes[700] ?? 0) ^ 1) : bytes;
    });
    expect((await audit(server.url)).verdict).toBe('altered');
  });

  test('that serves a longer file than there can be is not sound, and not read to its end', async () => {
    server = await serveFiles((path) =>
      path.startsWith('tile/0/') ? Buffer.alloc(5_000_000) : bytesOf(published, path),
    );
    const [version] = await urlSource(server.url, fast).read('tile/0/000');
    const bytes = version !== undefined && 'bytes' in version ? version.bytes : new Uint8Array();
    expect(bytes.length).toBe(limitOf('tile/0/000') + 1);
    expect(readTile(bytes, 256)).toHaveProperty('refused');
    expect((await audit(server.url)).verdict).toBe('altered');
  });
});

describe('a URL', () => {
  test('that is busy is asked again, after the time that it names', async () => {
    let refused = 0;
    server = await serveFiles(
      () => 'there',
      (_, response) => {
        refused += 1;
        if (refused > 3) return false;
        response.writeHead([429, 503, 500][refused - 1] ?? 500, refused === 1 ? { 'retry-after': '2' } : {});
        response.end();
        return true;
      },
    );
    const paused: number[] = [];
    const pause = async (milliseconds: number) => void paused.push(milliseconds);
    const source = urlSource(server.url, { ...fast, pause });
    expect(await source.read('checkpoint')).toEqual([{ bytes: new Uint8Array(Buffer.from('there')) }]);
    expect(paused).toEqual([2_000, 1_000, 2_000]);
  });

  test('that stays busy is unreachable after four tries', async () => {
    server = await serveFiles(
      () => undefined,
      (_, response) => {
        response.writeHead(503).end();
        return true;
      },
    );
    const thrown = await urlSource(server.url, fast)
      .read('checkpoint')
      .catch((error: unknown) => error);
    expect(isUnreachable(thrown)).toBe(true);
    expect(String(thrown)).toContain('answered 503, 4 times');
    expect(server.asked.length).toBe(4);
  });
});

describe('a URL is unreachable', () => {
  test.each([
    ['to another place', 'http://127.0.0.1:9/checkpoint'],
    ['to another path', '/elsewhere'],
  ])('that redirects %s, and is not followed', async (_, location) => {
    server = await serveFiles(
      () => undefined,
      (__, response) => {
        response.writeHead(302, { location }).end();
        return true;
      },
    );
    await expect(urlSource(server.url, fast).read('checkpoint')).rejects.toThrow('redirects (302)');
    expect(server.asked).toEqual(['checkpoint']);
  });

  test('that refuses: it is not empty', async () => {
    server = await serveFiles(
      () => undefined,
      (_, response) => {
        response.writeHead(403).end();
        return true;
      },
    );
    await expect(urlSource(server.url, fast).read('checkpoint')).rejects.toThrow('answered 403');
  });

  test('that never answers, or breaks off', async () => {
    server = await serveFiles(
      () => undefined,
      ({ url }, response) => {
        if (url === '/slow') return true;
        response.writeHead(200, { 'content-length': '10' });
        response.write('half', () => response.destroy());
        return true;
      },
    );
    const source = urlSource(server.url, { ...fast, timeoutMs: 50 });
    await expect(source.read('slow')).rejects.toSatisfy(isUnreachable);
    await expect(source.read('broken')).rejects.toSatisfy(isUnreachable);
    await expect(urlSource('http://127.0.0.1:9', fast).read('checkpoint')).rejects.toSatisfy(isUnreachable);
  });
});
