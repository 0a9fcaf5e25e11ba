import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  MAX_REQUEST_BYTES,
  serveWitness,
  type WitnessDeps,
  type WitnessHttpAnswer,
} from '../../shared/ledger/witness/index.ts';
import { tokenBucket } from './token-bucket.ts';

const LOOPBACK = '127.0.0.1';
// A log asks every ten seconds at most; whoever asks more often waits.
const PER_SECOND = 20;
const BURST = 40;
const MAX_CONNECTIONS = 50;
const HEADERS_MS = 5_000;
const REQUEST_MS = 10_000;
const PLAIN = 'text/plain; charset=utf-8';

export type WitnessServer = { readonly url: string; readonly close: () => Promise<void> };

/** Serves a witness on loopback; port 0 takes a free one. `log` hears of each answer that is no success, and of each failure. */
export async function serveOnLoopback(
  deps: WitnessDeps,
  port: number,
  log: (line: string) => void,
): Promise<WitnessServer> {
  const mayGoOn = tokenBucket(PER_SECOND, BURST, deps.clock);
  const limits = {
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1_000,
  };
  const server = createServer(limits, (incoming, response) => {
    void answerTo(deps, mayGoOn, incoming).then((answer) => {
      if (answer.status !== 200)
        log(`${incoming.method} ${incoming.url} ${answer.status} ${answer.body.trimEnd()}`);
      send(response, answer);
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listening(server, port);
  const address = server.address() as AddressInfo;
  return { url: `http://${LOOPBACK}:${address.port}`, close: () => closed(server) };
}

/** Never throws: what fails is answered 500, and nothing of it leaves the house. */
async function answerTo(
  deps: WitnessDeps,
  mayGoOn: () => boolean,
  incoming: IncomingMessage,
): Promise<WitnessHttpAnswer> {
  try {
    if (!mayGoOn()) return { status: 429, contentType: PLAIN, body: 'too many requests\n' };
    const body = await bodyOf(incoming);
    if (body === undefined)
      return { status: 413, contentType: PLAIN, body: `the body is over ${MAX_REQUEST_BYTES} bytes\n` };
    const [path = ''] = (incoming.url ?? '').split('?');
    return await serveWitness(deps, { method: incoming.method ?? '', path, body });
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
    return { status: 500, contentType: PLAIN, body: 'the witness cannot answer\n' };
  }
}

/** undefined for a body that is too large; the rest of it is not read. */
async function bodyOf(incoming: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Ended early, it must not take the connection with it: the answer is still to go out.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REQUEST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, contentType, body }: WitnessHttpAnswer): void {
  const headers = { 'content-type': contentType, 'cache-control': 'no-store' };
  const waits = status === 429 ? { 'retry-after': '1' } : {};
  // Of a body that was not read to its end the rest would be taken for the next request.
  const ends = status === 413 ? { connection: 'close' } : {};
  response.writeHead(status, { ...headers, ...waits, ...ends }).end(body);
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, resolve);
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
