import { isRefused, textOf } from './bytes.ts';
import { readCheckpointLines } from './checkpoint.ts';
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
  /** Every checkpoint that lies there, those beyond the full tiles too; each is fetched once. */
  readonly archived: LedgerSource['checkpoints'];
};

type Listed = { readonly key: string; readonly version: string; readonly deleted: boolean };

const MAX_PAGE_BYTES = 4_000_000;
const MAX_PAGES = 100_000;
const CHECKPOINT = /^checkpoint\/(\d{20})$/;
/** Requests at once: there may be a checkpoint for each decision, and a machine has so many sockets only. */
const AT_ONCE = 8;
const MORE_READS = 5;
const READ_AGAIN_MS = 1_000;

/**
 * A ledger in a bucket of S3 with versions, over plain HTTPS: the versions are listed once, and each file is read by the
 * ids of its own, the oldest first, so that nothing that was written or deleted over it later hides it, and that it was is
 * seen. A bucket holds full files only: without `tail` the checkpoints beyond the last full tile are left out of the
 * source. Throws Unreachable.
 */
export function bucketLedger(place: BucketPlace, fetching: Fetching): BucketLedger {
  const { tail } = place;
  const listing = once(async () => byPath(await listAll(place, fetching), place.prefix));
  const sizes = async () => [...(await listing()).keys()].flatMap(sizeOf);
  const largest = async () => largestOf(await sizes());
  const readListed = async (path: string, listed: ReadonlyMap<string, readonly Listed[]>) =>
    someAtOnce(listed.get(path) ?? [], (version) => getVersion(place, version, fetching));
  const readAll = async (path: string): Promise<readonly Version[]> => {
    const versions = await readListed(path, await listing());
    const id = readTilePath(path);
    if (versions.length > 0 || tail === undefined || id?.width !== TILE_WIDTH) return versions;
    // What the listing does not vouch for may have been published since.
    const isNew = id.level !== 'entries' || BigInt(id.index + 1) * BigInt(TILE_WIDTH) > (await largest());
    if (!isNew) return versions;
    const again = await listAll({ ...place, prefix: place.prefix + path }, fetching);
    return readListed(path, byPath(again, place.prefix));
  };
  const archived = once(async () =>
    someAtOnce(await sizes(), async (size) => ({ size, versions: await readAll(checkpointPath(size)) })),
  );
  const checkpoints = async () => {
    const width = BigInt(TILE_WIDTH);
    const reached = ((await largest()) / width) * width;
    const all = await archived();
    return tail === undefined ? all.filter(({ size }) => size <= reached) : all;
  };
  const read = async (path: string): Promise<readonly Version[]> => {
    const own = await readAll(path);
    if (own.length > 0 || tail === undefined || readTilePath(path)?.width === TILE_WIDTH) return own;
    return path === 'checkpoint' ? readNewest(tail, await largest(), fetching) : tail.read(path);
  };
  return { source: { read, checkpoints, fullOnly: tail === undefined }, archived };
}

/** The newest checkpoint by the API, which shows a checkpoint a moment after it was archived. */
async function readNewest(
  tail: LedgerSource,
  archived: bigint,
  { pause }: Fetching,
): Promise<readonly Version[]> {
  for (let more = MORE_READS; ; more -= 1) {
    const versions = await tail.read('checkpoint');
    const [text] = versions.flatMap((version) => ('bytes' in version ? (textOf(version.bytes) ?? '') : []));
    const lines = readCheckpointLines(text ?? '');
    if (more === 0 || isRefused(lines) || lines.size >= archived) return versions;
    await pause(READ_AGAIN_MS);
  }
}

async function getVersion(
  place: BucketPlace,
  { key, version, deleted }: Listed,
  fetching: Fetching,
): Promise<Version> {
  if (deleted) return { deleted };
  const url = `${place.base}/${encodedKey(key)}?versionId=${encodeURIComponent(version)}`;
  const headers = () => place.headersFor(url);
  const bytes = await fetchFile({ url, limit: limitOf(key.slice(place.prefix.length)), headers }, fetching);
  if (bytes === undefined) throw unreachable(`${url} is listed and cannot be read`);
  return { bytes };
}

function sizeOf(path: string): readonly bigint[] {
  const digits = CHECKPOINT.exec(path)?.[1];
  return digits === undefined ? [] : [BigInt(digits)];
}

function largestOf(sizes: readonly bigint[]): bigint {
  let largest = 0n;
  for (const size of sizes) if (size > largest) largest = size;
  return largest;
}

function checkpointPath(size: bigint): string {
  return `checkpoint/${String(size).padStart(20, '0')}`;
}

async function someAtOnce<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const done: Result[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE)
    done.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  return done;
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
