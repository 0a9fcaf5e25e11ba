import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = 'docs/integrations/github-actions/deploy.mjs';
const SHA = 'a'.repeat(40);
export const ID = 'dep_01JD0000000000000000000000';

export type Seen = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};
type Answer = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** GitHub's tokens and Holdfast's API in one server, which answers what the test says and remembers what it was asked. */
export async function startStub() {
  const seen: Seen[] = [];
  const script: { post: Answer[]; states: unknown[]; token: Answer } = {
    post: [],
    states: [],
    token: { status: 200, body: { value: 'run-token' } },
  };
  const answerTo = ({ method, url = '' }: IncomingMessage): Answer => {
    if (url.startsWith('/token')) return script.token;
    if (method === 'POST') return script.post.shift() ?? { status: 202, body: { id: ID } };
    const state = script.states.length > 1 ? script.states.shift() : script.states[0];
    return { status: 200, body: { id: ID, state } };
  };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      seen.push({ method, url, headers, body: Buffer.concat(parts).toString('utf8') });
      const { status, body, headers: more } = answerTo(request);
      response.writeHead(status, { 'content-type': 'application/json', ...more });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ seen, script, url },
    run: (change: Readonly<Record<string, string | undefined>> = {}) => runAction(url, change),
    stop: () => server.close(),
  };
}

/** The action's script as a runner starts it, with waits of no length. */
async function runAction(url: string, change: Readonly<Record<string, string | undefined>>) {
  const outputs = join(mkdtempSync(join(tmpdir(), 'holdfast-action-')), 'output');
  const env = {
    ...{ HOLDFAST_API_URL: url, HOLDFAST_SERVICE: 'checkout', HOLDFAST_ENVIRONMENT: 'staging' },
    ...{ ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'job' },
    ...{ GITHUB_SHA: SHA, GITHUB_RUN_ID: '42', GITHUB_RUN_ATTEMPT: '2', GITHUB_OUTPUT: outputs },
    ...{ HOLDFAST_PACE: '0', ...change },
  };
  const child = spawn(process.execPath, [SCRIPT], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const log: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => log.push(part));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, log: Buffer.concat(log).toString('utf8'), outputs: textOf(outputs) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
