import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contract } from './contract/check.ts';
import type { OperationId } from './contract/operations.ts';
import type { Faults, ForgeFault } from './faults.ts';
import { type Answer, type Call, pageOf } from './operations/call.ts';
import { OPERATION_OF } from './operations/index.ts';
import { rateLimitHeaders } from './operations/rules.ts';
import { GithubRefusal, notFound, refusalBody } from './refusal.ts';
import { type Match, routerOf } from './router.ts';
import type { World } from './world.ts';

export type ServerParts = {
  readonly world: World;
  readonly contract: Contract;
  readonly faults: Faults;
  /** Login of a bearer token. */
  readonly loginOf: (token: string) => string | undefined;
  readonly counted: (id: OperationId) => void;
  readonly violated: (problems: readonly string[]) => void;
};
type Headers = Readonly<Record<string, string>>;
type Request = { readonly incoming: IncomingMessage; readonly url: URL };

const MOST_BYTES = 8 * 1024 * 1024;

/** GitHub's REST API over HTTP: who asks, what is asked, one write at a time per repository, checked both ways. */
export function forgeServer(parts: ServerParts): Server {
  const route = routerOf(parts.contract.routes);
  const lines = new Map<string, Promise<unknown>>();
  const oneAtATime = <T>(repository: string, work: () => Promise<T>): Promise<T> => {
    const done = (lines.get(repository) ?? Promise.resolve()).then(work, work);
    lines.set(repository, done);
    return done;
  };
  const answer = async (request: Request, match: Match, login: string): Promise<Answer> => {
    const repository = parts.world.repositories.get(`${match.path.owner}/${match.path.repo}`);
    if (repository === undefined) throw notFound();
    const body = await readBody(request.incoming);
    const query = request.url.searchParams;
    const wrong = parts.contract.request(match.id, { path: match.path, query, body });
    if (wrong.length > 0) return violation(parts, wrong);
    const call: Call = { repository, path: match.path, query, body: isFields(body) ? body : {}, login };
    const operation = (): Promise<Answer> => OPERATION_OF[match.id](parts.world, call);
    const isRead = request.incoming.method === 'GET';
    return refusalAsAnswer(isRead ? operation : () => oneAtATime(repository.name, operation));
  };
  return createServer((incoming, response) => {
    void serve(parts, { route, answer }, incoming, response);
  });
}

type Dispatch = {
  readonly route: (method: string, path: string) => Match | undefined;
  readonly answer: (request: Request, match: Match, login: string) => Promise<Answer>;
};

async function serve(
  parts: ServerParts,
  dispatch: Dispatch,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? '/', parts.world.url());
  const headers = rateLimitHeaders(parts.world.now());
  let fault: ForgeFault | undefined;
  const answer = await refusalAsAnswer(async () => {
    const login = loginOf(parts, incoming);
    const match = dispatch.route(incoming.method ?? '', url.pathname);
    if (match === undefined) throw notFound();
    parts.counted(match.id);
    fault = parts.faults.take(match.id);
    if (fault?.latencyMs !== undefined) await sleep(fault.latencyMs);
    if (fault?.hangUp === 'before') return { status: 0 };
    if (fault?.status !== undefined) return injected(fault);
    const found = await dispatch.answer({ incoming, url }, match, login);
    const wrong = parts.contract.response(match.id, found.status, found.body);
    return wrong.length > 0 ? violation(parts, wrong) : found;
  }, parts);
  if (answer.status === 0 || fault?.hangUp === 'after') {
    response.destroy();
    return;
  }
  send(response, answer, { ...headers, ...linkOf(url, answer), ...fault?.headers }, fault);
}

function injected(fault: ForgeFault): Answer {
  const refusal = new GithubRefusal(fault.status ?? 500, fault.message ?? 'Injected fault');
  return { status: refusal.status, body: fault.body ?? refusalBody(refusal) };
}

function violation(parts: ServerParts, problems: readonly string[]): Answer {
  parts.violated(problems);
  return { status: 500, body: { message: `Against GitHub's description: ${problems.join('; ')}` } };
}

async function refusalAsAnswer(work: () => Promise<Answer>, parts?: ServerParts): Promise<Answer> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof GithubRefusal) return { status: thrown.status, body: refusalBody(thrown) };
    if (thrown instanceof URIError) return { status: 400, body: { message: 'Bad request' } };
    if (parts === undefined) throw thrown;
    parts.world.log('forge-broken', { error: String(thrown) });
    return { status: 500, body: { message: 'Server Error' } };
  }
}

function loginOf(parts: ServerParts, incoming: IncomingMessage): string {
  const [scheme = '', token = ''] = (incoming.headers.authorization ?? '').split(' ');
  if (token === '') throw new GithubRefusal(401, 'Requires authentication');
  const known = /^(?:bearer|token)$/i.test(scheme) ? parts.loginOf(token) : undefined;
  if (known === undefined) throw new GithubRefusal(401, 'Bad credentials');
  return known;
}

async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new GithubRefusal(413, 'Payload too large');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new GithubRefusal(400, 'Problems parsing JSON');
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** GitHub's `Link` header, on all pages but the last. */
function linkOf(url: URL, answer: Answer): Headers {
  const { number, size } = pageOf(url.searchParams);
  if (answer.total === undefined || number * size >= answer.total) return {};
  const next = new URL(url);
  next.searchParams.set('page', String(number + 1));
  return { link: `<${next}>; rel="next"` };
}

function send(
  response: ServerResponse,
  answer: Answer,
  headers: Headers,
  fault: ForgeFault | undefined,
): void {
  const value = fault?.body === undefined ? answer.body : fault.body;
  const text = value === undefined ? '' : JSON.stringify(value);
  const body = Buffer.from(fault?.truncate === true ? text.slice(0, text.length / 2) : text);
  response.writeHead(answer.status, {
    ...(value !== undefined && { 'content-type': 'application/json; charset=utf-8' }),
    ...(answer.status !== 204 && { 'content-length': String(body.length) }),
    ...headers,
  });
  response.end(body);
}
