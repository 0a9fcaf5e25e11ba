import { hex, sha256Of, utf8, verifierKeyText } from '../verifier/index.ts';
import { addCheckpoint, type WitnessAnswer, type WitnessDeps } from './add-checkpoint.ts';

export type WitnessHttpRequest = {
  readonly method: string;
  readonly path: string;
  readonly body: Uint8Array;
};
export type WitnessHttpAnswer = {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
};

/** `/<SHA-256 of the origin, hex>/checkpoint`: what monitors read. */
const MONITORED = /^\/([0-9a-f]{64})\/checkpoint$/;
const PLAIN = 'text/plain; charset=utf-8';

/**
 * The HTTP face of a witness, the same on AWS and on one machine: `POST /add-checkpoint`, `GET /<origin hash>/checkpoint`
 * (both of C2SP tlog-witness), and `GET /key`, the witness's own verifier key.
 */
export async function serveWitness(
  deps: WitnessDeps,
  { method, path, body }: WitnessHttpRequest,
): Promise<WitnessHttpAnswer> {
  if (path === '/add-checkpoint') {
    return method === 'POST'
      ? asHttp(await addCheckpoint(deps, body))
      : plain(405, 'only POST is taken here');
  }
  if (method !== 'GET')
    return plain(path === '/key' || MONITORED.test(path) ? 405 : 404, 'only GET is taken here');
  if (path === '/key') return plain(200, await verifierKeyText(deps.key.name, deps.key, deps.cryptography));
  const [, asked] = MONITORED.exec(path) ?? [];
  const witnessed = asked === undefined ? undefined : await newestOf(deps, asked);
  return witnessed === undefined
    ? plain(404, 'nothing is witnessed here under this path')
    : { status: 200, contentType: PLAIN, body: witnessed };
}

async function newestOf(
  { logs, store, cryptography }: WitnessDeps,
  asked: string,
): Promise<string | undefined> {
  for (const origin of new Set(logs.map(({ name }) => name))) {
    if (hex(await sha256Of(cryptography.sha256, utf8(origin))) !== asked) continue;
    return (await store.read(origin))?.note;
  }
  return undefined;
}

function asHttp(answer: WitnessAnswer): WitnessHttpAnswer {
  switch (answer.status) {
    case 200:
      return { status: 200, contentType: PLAIN, body: answer.line };
    case 409:
      return { status: 409, contentType: 'text/x.tlog.size', body: `${answer.size}\n` };
    case 400:
    case 403:
    case 404:
    case 422:
      return plain(answer.status, answer.reason);
  }
}

function plain(status: number, line: string): WitnessHttpAnswer {
  return { status, contentType: PLAIN, body: `${line}\n` };
}
