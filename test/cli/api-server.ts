import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Actor, viewDecisions } from '../../shared/kernel/index.ts';
import {
  append,
  getLedgerHead,
  listEntries,
  listLedgerSubjects,
  sealDecisions,
} from '../../shared/ledger/index.ts';
import { AUTONOMY_SUBJECT } from '../../shared/services/autonomy.ts';
import { putKillSwitch } from '../../shared/services/index.ts';
import { fixedClock, seededRandom } from '../support/chance.ts';
import { memoryLedger, sealDeps } from '../support/memory-ledger.ts';
import { memoryStore } from '../support/memory-store.ts';

type Answers = Readonly<Record<string, unknown>>;
type Call = { readonly call: string; readonly body?: unknown };
export type ApiServer = {
  readonly url: string;
  /** What was asked, in order: method and path with its query. */
  readonly calls: readonly Call[];
  readonly close: () => Promise<void>;
};

const ADMIN: Actor = { type: 'person', id: 'dana', via: 'cli' };

type Special = { readonly kind: string; readonly id: string };

/** The answers of an API with three decisions on the kill switch, all sealed, and special entries after them. */
export async function soundAnswers(specials: readonly Special[] = []): Promise<Answers> {
  const store = memoryStore();
  const table = memoryLedger();
  const deps = {
    ...{ store, clock: fixedClock(), random: seededRandom() },
    software: { version: 'test', configDigest: 'test' },
  };
  for (const [number, on] of [true, false, true].entries()) {
    await putKillSwitch(
      deps,
      { on, reason: 'a drill' },
      {
        ...{ actor: ADMIN, correlationId: `cor-${number}`, key: `key-${number}` },
      },
    );
  }
  const records = store.written.map((envelope) => {
    const keys = { pk: `AUTONOMY#${envelope.id}`, sk: `REV#${String(envelope.rev).padStart(6, '0')}` };
    return { change: 'INSERT' as const, keys, newImage: { ...envelope, ...keys } };
  });
  await sealDecisions(sealDeps(table), records);
  const after = await table.head();
  const unsealed = specials.map((special) => ({
    ...{ ...special, rev: 1, occurredAt: '2026-11-21T12:00:00.000Z', via: 'stream' as const },
    commitment: '0'.repeat(64),
  }));
  await table.append({ after, ...append(after, unsealed, fixedClock()()), payloads: [] });
  return {
    '/v1/ledger/head': await getLedgerHead({ table }),
    '/v1/ledger/entries': await listEntries({ table }, { from: 0 }),
    '/v1/ledger/subjects': {
      items: (await listLedgerSubjects({ store }, { limit: 100, cursor: 'autonomy.' })).items,
    },
    '/v1/autonomy/decisions': viewDecisions(await store.decisions(AUTONOMY_SUBJECT)),
  };
}

/** Serves fixed answers by path (a write: by method and path) to callers with the token `t`; all else is 404 and a problem document. A list of answers is gone through call by call. */
export async function serve(answers: Answers): Promise<ApiServer> {
  const calls: Call[] = [];
  const answerTo = answersInTurn(answers);
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const body = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
    calls.push({ call: `${request.method} ${request.url}`, ...(body !== undefined && { body }) });
    const signedIn = request.headers.authorization === 'Bearer t';
    const answer = signedIn ? answerTo(request.method ?? '', request.url ?? '/') : undefined;
    const status = statusOf(answer);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { title: 'Not found', status }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    close: () => new Promise((done) => server.close(() => done())),
  };
}

/** An answer with a `status` of its own is a refusal. */
function statusOf(answer: unknown): number {
  if (typeof answer !== 'object' || answer === null) return 404;
  return 'status' in answer && typeof answer.status === 'number' ? answer.status : 200;
}

function answersInTurn(answers: Answers): (method: string, url: string) => unknown {
  const seen = new Map<string, number>();
  return (method, url) => {
    const { pathname } = new URL(url, 'http://127.0.0.1');
    const name = method === 'GET' ? pathname : `${method} ${pathname}`;
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    const found = answers[name];
    return Array.isArray(found) ? found[Math.min(times, found.length - 1)] : found;
  };
}
