import { textOf } from './bytes.ts';
import type { LedgerSource, Version } from './source.ts';
import { readTilePath, TILE_WIDTH } from './tile-files.ts';
import { type Fetching, fetchFile, limitOf, unreachable } from './url-source.ts';

export type BucketPlace = {
  /** What keys are appended to: `https://<bucket>.s3.<region>.amazonaws.com`, or `<endpoint>/<bucket>`. */
  readonly base: string;
  /** What every key begins with: empty, or it ends with a slash. */
  readonly prefix: string;
  /** What proves who asks; made anew for each request. */
  readonly headersFor: (url: string) => Readonly<Record<string, string>>;
  /** Where the newest checkpoint and the files that are not full are read. */
  readonly tail?: LedgerSource;
};

export type BucketLedger = {
  readonly source: LedgerSource;
  /** Of all the checkpoints that lie there, those beyond the full tiles too. */
  readonly sizes: () => Promise<readonly number[]>;
};

type Listed = { readonly key: string; readonly version: string; readonly deleted: boolean };

const MAX_PAGE_BYTES = 4_000_000;
const MAX_PAGES = 100_000;
const CHECKPOINT = /^checkpoint\/(\d{20})$/;

/**
 * A ledger in a bucket of S3 with versions, over plain HTTPS: the versions are listed once, and each file is read by the
 * ids of its own, the oldest first, so that nothing that was written or deleted over it later hides it, and that it was is
 * seen. A bucket holds full files only: without `tail` the checkpoints beyond the last full tile are left out. Throws
 * Unreachable.
 */
export function bucketLedger(place: BucketPlace, fetching: Fetching): BucketLedger {
  const listing = once(async () => byPath(await listAll(place, fetching), place.prefix));
  const get = async ({ key, version, deleted }: Listed): Promise<Version> => {
    if (deleted) return { deleted };
    const url = `${place.base}/${encodedKey(key)}?versionId=${encodeURIComponent(version)}`;
    const headers = () => place.headersFor(url);
    const bytes = await fetchFile({ url, limit: limitOf(key.slice(place.prefix.length)), headers }, fetching);
    if (bytes === undefined) throw unreachable(`${url} is listed and cannot be read`);
    return { bytes };
  };
  const readAll = async (path: string): Promise<readonly Version[]> =>
    Promise.all(((await listing()).get(path) ?? []).map(get));
  const sizes = async () =>
    [...(await listing()).keys()].flatMap((path) => {
      const size = Number(CHECKPOINT.exec(path)?.[1]);
      return Number.isSafeInteger(size) ? [size] : [];
    });
  const checkpoints = async () => {
    const all = await sizes();
    const reached = Math.floor(Math.max(0, ...all) / TILE_WIDTH) * TILE_WIDTH;
    const wanted = place.tail === undefined ? all.filter((size) => size <= reached) : all;
    return Promise.all(
      wanted.map(async (size) => ({
        size: BigInt(size),
        versions: await readAll(`checkpoint/${String(size).padStart(20, '0')}`),
      })),
    );
  };
  const read = async (path: string): Promise<readonly Version[]> => {
    const own = await readAll(path);
    const isFull = readTilePath(path)?.width === TILE_WIDTH;
    return own.length > 0 || isFull ? own : ((await place.tail?.read(path)) ?? []);
  };
  return { source: { read, checkpoints, fullOnly: place.tail === undefined }, sizes };
}

/** The versions of each file, oldest first: S3 lists the newest first. */
function byPath(listed: readonly Listed[], prefix: string): ReadonlyMap<string, readonly Listed[]> {
  const found = new Map<string, Listed[]>();
  for (const each of listed) {
    const path = each.key.slice(prefix.length);
    found.set(path, [each, ...(found.get(path) ?? [])]);
  }
  return found;
}

async function listAll(place: BucketPlace, fetching: Fetching): Promise<readonly Listed[]> {
  const listed: Listed[] = [];
  let marker: Readonly<Record<string, string>> = {};
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const url = `${place.base}?${queryOf({ ...marker, prefix: place.prefix, versions: '' })}`;
    const headers = () => place.headersFor(url);
    const bytes = await fetchFile({ url, limit: MAX_PAGE_BYTES, headers }, fetching);
    const text = bytes === undefined ? undefined : textOf(bytes);
    if (text === undefined || !text.includes('<ListVersionsResult'))
      throw unreachable(`${place.base} does not list its versions`);
    listed.push(...versionsIn(text));
    if (elementOf(text, 'IsTruncated') !== 'true') return listed;
    const [key, version] = [elementOf(text, 'NextKeyMarker'), elementOf(text, 'NextVersionIdMarker')];
    marker = { 'key-marker': key ?? '', 'version-id-marker': version ?? '' };
    if (key === undefined) throw unreachable(`${place.base} says that there is more, and not where`);
  }
  throw unreachable(`${place.base} has more versions than are read`);
}

/** Versions and markers of deletions, in the order in which S3 lists them. */
function versionsIn(text: string): readonly Listed[] {
  return [...text.matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs)].map(([, kind, inner = '']) => ({
    key: elementOf(inner, 'Key') ?? '',
    version: elementOf(inner, 'VersionId') ?? '',
    deleted: kind === 'DeleteMarker',
  }));
}

function elementOf(text: string, name: string): string | undefined {
  const [, value] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(text) ?? [];
  return value
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll(/&#(?:39|x27);|&apos;/g, "'")
    .replaceAll('&amp;', '&');
}

/** A query in the order and the spelling that a signature is made over. */
function queryOf(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${encoded(value)}`)
    .join('&');
}

function encodedKey(key: string): string {
  return key.split('/').map(encoded).join('/');
}

function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
