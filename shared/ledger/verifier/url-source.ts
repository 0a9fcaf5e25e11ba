import { concat } from './bytes.ts';
import type { LedgerSource } from './source.ts';
import { TILE_WIDTH } from './tile-files.ts';

export type Fetched = {
  readonly status: number;
  readonly headers: { readonly get: (name: string) => string | null };
  readonly body: ReadableStream<Uint8Array> | null;
};
/** What asking takes from where it runs: `fetch` of Node or of a browser, a pause, and chance (0 to 1) for the jitter. */
export type Fetching = {
  readonly fetch: (
    url: string,
    init: {
      readonly redirect: 'manual';
      readonly signal: AbortSignal;
      readonly headers: Readonly<Record<string, string>>;
    },
  ) => Promise<Fetched>;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly random: () => number;
  readonly timeoutMs?: number;
};
type Question = {
  readonly url: string;
  /** Bytes beyond it are not read. */
  readonly limit: number;
  readonly headers?: () => Readonly<Record<string, string>>;
};

const TRIES = 4;
const TIMEOUT_MS = 30_000;
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 10_000;
const MAX_NOTE_BYTES = 65_536;
const MAX_TILE_BYTES = TILE_WIDTH * 32;
const MAX_BUNDLE_BYTES = TILE_WIDTH * (2 + 65_535);

/** What a source throws that cannot be asked: nothing is said about the ledger then. */
export type Unreachable = Error & { readonly unreachable: true };

export function isUnreachable(thrown: unknown): thrown is Unreachable {
  return thrown instanceof Error && 'unreachable' in thrown;
}

export function unreachable(reason: string): Unreachable {
  return Object.assign(new Error(reason), { unreachable: true as const });
}

/**
 * A ledger behind a URL, the prefix of `checkpoint` and `tile/...`. Of its checkpoints only the newest is there: who wants
 * to know that it grew out of an earlier one keeps that. Throws Unreachable.
 */
export function urlSource(prefix: string, fetching: Fetching): LedgerSource {
  const base = prefix.replace(/\/+$/, '');
  return {
    read: async (path) => {
      const url = `${base}/${path}`;
      const bytes = await fetchFile({ url, limit: limitOf(path) }, fetching);
      if (bytes === undefined) return [];
      refuseOther(url, path, bytes);
      return [{ bytes }];
    },
    checkpoints: async () => [],
  };
}

/** A portal's page, or a stream without end where a note should be: no ledger is served there, and nothing is said of one. */
function refuseOther(url: string, path: string, bytes: Uint8Array): void {
  const begin = String.fromCharCode(...bytes.subarray(0, 64)).trimStart();
  if (/^<(?:!doctype\s|html[\s>])/i.test(begin))
    throw unreachable(`${url} answers with a web page: no ledger is served there`);
  const isNote = !path.startsWith('tile/');
  if (isNote && bytes.length > MAX_NOTE_BYTES)
    throw unreachable(`${url} answers with more than ${MAX_NOTE_BYTES} bytes: no ledger is served there`);
}

/** The greatest length that a file of a ledger can have. */
export function limitOf(path: string): number {
  if (path.startsWith('tile/entries/')) return MAX_BUNDLE_BYTES;
  return path.startsWith('tile/') ? MAX_TILE_BYTES : MAX_NOTE_BYTES;
}

type Outcome = { readonly bytes?: Uint8Array } | { readonly again: string; readonly afterMs?: number };

/**
 * A file over HTTP; undefined where there is none. Of one that is too long one byte too many is answered, which no reader
 * accepts. Asks again, with jitter, after a time-out, 429 and 5xx; follows no redirect: it could lead to anybody. Throws
 * Unreachable.
 */
export async function fetchFile(question: Question, fetching: Fetching): Promise<Uint8Array | undefined> {
  const { pause, random } = fetching;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await ask(question, fetching);
    if (!('again' in outcome)) return outcome.bytes;
    if (attempt === TRIES) throw unreachable(`${question.url}: ${outcome.again}, ${TRIES} times`);
    const longest = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
    await pause(Math.min(MAX_PAUSE_MS, outcome.afterMs ?? longest * (0.5 + random() / 2)));
  }
}

async function ask({ url, limit, headers }: Question, fetching: Fetching): Promise<Outcome> {
  const { timeoutMs = TIMEOUT_MS } = fetching;
  let answer: Fetched;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    answer = await fetching.fetch(url, { redirect: 'manual', signal, headers: headers?.() ?? {} });
    if (answer.status === 200) return { bytes: await readUpTo(answer.body, limit) };
  } catch (thrown) {
    return { again: thrown instanceof Error ? reasonOf(thrown) : String(thrown) };
  }
  await answer.body?.cancel();
  const { status } = answer;
  if (status === 404 || status === 410) return {};
  if (status === 429 || status >= 500) return { again: `answered ${status}`, ...afterOf(answer) };
  // A browser shows a redirect that is not to be followed as status 0.
  if (status === 0 || (status >= 300 && status < 400))
    throw unreachable(`${url} redirects (${status}): name the place itself`);
  throw unreachable(`${url} answered ${status}`);
}

/** Platforms say only "fetch failed"; why stands in the cause. */
function reasonOf({ message, cause }: Error): string {
  return cause instanceof Error && cause.message !== '' ? `${message}: ${cause.message}` : message;
}

function afterOf({ headers }: Fetched): { readonly afterMs?: number } {
  const seconds = headers.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(seconds) ? { afterMs: Number(seconds) * 1000 } : {};
}

async function readUpTo(body: Fetched['body'], limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
    if (done || value === undefined) return concat(...chunks);
    chunks.push(value);
    length += value.length;
    if (length <= limit) continue;
    await reader?.cancel();
    return concat(...chunks).subarray(0, limit + 1);
  }
}
