import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ForgeOptions,
  type SandboxForge,
  startForge,
} from '../../../local/sandbox/forge/start-forge.ts';

export const REPOSITORY = 'acme/shop';
const TOKEN = 'bot-token';

export async function startTestForge(options: Partial<ForgeOptions> = {}): Promise<SandboxForge> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'holdfast-forge-')));
  return startForge({ now: () => Date.now(), log: () => undefined, token: TOKEN, ...options, dataDir });
}

type Received = { readonly headers: Readonly<Record<string, unknown>>; readonly body: string };
export type Receiver = {
  readonly url: string;
  readonly received: Received[];
  readonly of: (event: string) => readonly Record<string, unknown>[];
  readonly close: () => void;
};

/** A receiver of webhooks that keeps the exact bytes. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
    response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/hook`,
    received,
    of: (event) =>
      received
        .filter(({ headers }) => headers['x-github-event'] === event)
        .map(({ body }) => JSON.parse(body)),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export async function call(
  forge: SandboxForge,
  method: string,
  path: string,
  body?: unknown,
  token = TOKEN,
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> }> {
  const answer = await fetch(`${forge.url}/repos/${REPOSITORY}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? {} : JSON.parse(text) };
}
