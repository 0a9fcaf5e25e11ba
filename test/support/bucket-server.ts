import type { Version } from '../../shared/ledger/verifier/index.ts';
import { type FileServer, serveFiles } from './file-server.ts';
import type { Published } from './tile-ledger.ts';

export const PAGE = 4;
/** Files of a bucket, each version oldest first. */
export type Objects = Map<string, readonly Version[]>;

/** What publishing puts into the bucket: full files and every checkpoint. */
export function objectsOf(published: Published): Objects {
  const full = [...published.files].filter(([path]) => path.startsWith('tile/') && !path.includes('.p/'));
  const archive = [...published.checkpoints].map(
    ([size, versions]) => [`checkpoint/${String(size).padStart(20, '0')}`, versions] as const,
  );
  return new Map([...full, ...archive]);
}

/** S3 as far as reading goes: versions in pages, the newest of a key first, and single versions. */
export async function serveBucket(stored: Objects, prefix = ''): Promise<FileServer> {
  const rows = () =>
    [...stored]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([path, versions]) =>
        versions.map((version, at) => ({ key: `${prefix}${path}`, id: `v${at}`, version })).reverse(),
      );
  return serveFiles((asked) => {
    const url = new URL(asked, 'http://s3');
    const key = decodeURIComponent(url.pathname.replace(/^\/ledger-bucket\/?/, ''));
    if (key !== '') {
      const found = rows().find((row) => row.key === key && row.id === url.searchParams.get('versionId'));
      return found !== undefined && 'bytes' in found.version ? found.version.bytes : undefined;
    }
    const wanted = rows().filter((row) => row.key.startsWith(url.searchParams.get('prefix') ?? ''));
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
}
