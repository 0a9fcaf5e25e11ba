import { Buffer } from 'node:buffer';
import { Fault } from '../../kernel/index.ts';
import type { Witness, WitnessReply } from '../../ledger/witness/ports.ts';
import { boundedText } from '../read-json.ts';
import { retryTransient } from '../retry.ts';

export type WitnessEndpoint = {
  /** The submission prefix (C2SP tlog-witness): https, or http on this machine. */
  readonly url: string;
  readonly fetch?: typeof globalThis.fetch;
  /** Of one attempt, in milliseconds. */
  readonly timeoutMs?: number;
  /** Of all attempts together: whoever signs a checkpoint does not wait longer. */
  readonly patienceMs?: number;
  /** First of the three waits between attempts, in milliseconds. */
  readonly firstWaitMs?: number;
};

const TIMEOUT_MS = 5_000;
const PATIENCE_MS = 12_000;
const FIRST_WAIT_MS = 200;
const MAX_BYTES = 16_384; // a hundred signature lines
const MAX_REASON = 200;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * A witness over HTTP, 1 + 3 attempts where it cannot be reached or answers 429 or 5xx. Only the configured address is ever
 * asked: a redirect is an error. Throws an Error at once for an address that is none.
 */
export function httpWitness(endpoint: WitnessEndpoint): Witness {
  const address = addressOf(endpoint.url);
  return {
    cosign: (oldSize, proof, note) => {
      const hashes = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`);
      const body = `old ${oldSize}\n${hashes.join('')}\n${note}`;
      const patience = AbortSignal.timeout(endpoint.patienceMs ?? PATIENCE_MS);
      return retryTransient(
        () => attempt(endpoint, address, body, patience),
        endpoint.firstWaitMs ?? FIRST_WAIT_MS,
      );
    },
  };
}

function addressOf(prefix: string): URL {
  const url = URL.parse(`${prefix.replace(/\/+$/, '')}/add-checkpoint`);
  if (url === null) throw new Error(`the witness's URL "${prefix}" is none`);
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
  if (!safe || url.username !== '' || url.search !== '' || url.hash !== '')
    throw new Error(`the witness's URL "${prefix}" must be https, without credentials and query`);
  return url;
}

async function attempt(
  { fetch = globalThis.fetch, timeoutMs = TIMEOUT_MS }: WitnessEndpoint,
  url: URL,
  body: string,
  patience: AbortSignal,
): Promise<WitnessReply> {
  const place = `${url.host}${url.pathname}`;
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      redirect: 'error',
      signal: AbortSignal.any([patience, AbortSignal.timeout(timeoutMs)]),
    });
    return replyOf(response, await boundedText(response, place, MAX_BYTES), place);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('Unavailable', `${place} did not answer`, { cause });
  }
}

function replyOf({ status, headers }: Response, text: string, place: string): WitnessReply {
  if (status === 200) return { kind: 'cosigned', lines: text.split('\n').filter((line) => line !== '') };
  if (status === 409) {
    const size = /^(?:0|[1-9][0-9]{0,19})\n$/.test(text) ? BigInt(text.trim()) : undefined;
    const type = headers.get('content-type')?.split(';')[0]?.trim();
    if (size !== undefined && type === 'text/x.tlog.size') return { kind: 'conflict', size };
    throw new Fault('Malformed', `${place} answered 409 without a size`);
  }
  if (status === 429 || status >= 500) throw new Fault('Unavailable', `${place} answered ${status}`);
  const isRefusal = status >= 400;
  if (!isRefusal) throw new Fault('Malformed', `${place} answered ${status}`);
  return { kind: 'refused', status, reason: text.trim().slice(0, MAX_REASON) };
}
