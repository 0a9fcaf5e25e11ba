import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { httpWitness, type WitnessEndpoint } from '../../../shared/adapters/witness/http-witness.ts';

const PROOF = [new Uint8Array(32).fill(7)];
const NOTE = 'origin\n7\nroot\n\n\u2014 origin AAAA\n';
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function served(listener: RequestListener, rest: Partial<WitnessEndpoint> = {}) {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return httpWitness({ url: `http://127.0.0.1:${port}/w1/`, firstWaitMs: 1, ...rest });
}

/** Answers with each of these in turn, then with the last one. */
function inTurn(...answers: readonly (readonly [status: number, body: string, type?: string])[]) {
  let asked = 0;
  const listener: RequestListener = (_, response) => {
    const [status, body, type = 'text/plain'] = answers[Math.min(asked, answers.length - 1)] ?? [500, ''];
    asked += 1;
    response.writeHead(status, { 'content-type': type }).end(body);
  };
  return { listener, asked: () => asked };
}

describe('a witness over HTTP', () => {
  test('is asked as the rules say, byte for byte', async () => {
    let seen = '';
    const witness = await served(async (incoming, response) => {
      const chunks = await incoming.toArray();
      seen = `${incoming.method} ${incoming.url}\n${Buffer.concat(chunks)}`;
      response.end('\u2014 w AAAA\n\u2014 w BBBB\n');
    });
    expect(await witness.cosign(5, PROOF, NOTE)).toEqual({
      kind: 'cosigned',
      lines: ['\u2014 w AAAA', '\u2014 w BBBB'],
    });
    const hash = Buffer.from(PROOF[0] ?? []).toString('base64');
    expect(seen).toBe(`POST /w1/add-checkpoint\nold 5\n${hash}\n\n${NOTE}`);
  });

  test('names the size that it has seen', async () => {
    const witness = await served(inTurn([409, '18446744073709551615\n', 'text/x.tlog.size']).listener);
    expect(await witness.cosign(5, [], NOTE)).toEqual({ kind: 'conflict', size: 2n ** 64n - 1n });
  });

  test.each([400, 403, 404, 422])('refuses with %i, and is not asked again', async (status) => {
    const { listener, asked } = inTurn([status, 'because\n']);
    const witness = await served(listener);
    expect(await witness.cosign(5, [], NOTE)).toEqual({ kind: 'refused', status, reason: 'because' });
    expect(asked()).toBe(1);
  });

  test('is asked again where it fails, at most three times more', async () => {
    const once = inTurn([503, ''], [429, ''], [200, '\u2014 w AAAA\n']);
    expect((await (await served(once.listener)).cosign(5, [], NOTE)).kind).toBe('cosigned');
    const never = inTurn([500, '']);
    await expect((await served(never.listener)).cosign(5, [], NOTE)).rejects.toMatchObject({
      name: 'Unavailable',
    });
    expect(never.asked()).toBe(4);
  });

  test('that does not answer is given up, each time and in all', async () => {
    const witness = await served(() => undefined, { timeoutMs: 20_000, patienceMs: 60 });
    const began = Date.now();
    await expect(witness.cosign(5, [], NOTE)).rejects.toMatchObject({ name: 'Unavailable' });
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  test('leads nowhere else', async () => {
    let asked = 0;
    const elsewhere = createServer(() => {
      asked += 1;
    });
    servers.push(elsewhere);
    await new Promise<void>((done) => elsewhere.listen(0, '127.0.0.1', done));
    const { port } = elsewhere.address() as AddressInfo;
    const witness = await served((_, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${port}/add-checkpoint` }).end(),
    );
    await expect(witness.cosign(5, [], NOTE)).rejects.toMatchObject({ name: 'Unavailable' });
    expect(asked).toBe(0);
  });

  test.each([
    ['409 without its type', [409, '7\n', 'text/plain']],
    ['409 with words', [409, 'seven\n', 'text/x.tlog.size']],
    ['204', [204, '']],
    ['more than a hundred lines can be', [200, 'x'.repeat(20_000)]],
  ] as const)('%s is malformed', async (_, answer) => {
    const witness = await served(inTurn(answer).listener);
    await expect(witness.cosign(5, [], NOTE)).rejects.toMatchObject({ name: 'Malformed' });
  });
});

test.each([
  'witness.example',
  'http://witness.example',
  'ftp://witness.example',
  'https://dana:secret@witness.example',
  'https://witness.example/?to=elsewhere',
  'file:///etc/passwd',
])('%s is no address of a witness', (url) => {
  expect(() => httpWitness({ url })).toThrow(/the witness's URL/);
});
