import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Actor, refuseStranger } from './access.ts';
import type { Apps } from './apps.ts';
import type { Contract } from './contract/check.ts';
import { isAppOperation } from './contract/operations.ts';
import type { Faults, ForgeFault, OperationName } from './faults.ts';
import { bearerOf, linkOf, readBody, send } from './http.ts';
import { APP_OPERATION_OF } from './operations/apps.ts';
import type { Answer, Call } from './operations/call.ts';
import { graphql } from './operations/graphql.ts';
import { OPERATION_OF } from './operations/index.ts';
import { rateLimitHeaders } from './operations/rules.ts';
import { GithubRefusal, notFound, refusalBody } from './refusal.ts';
import { type Match, routerOf } from './router.ts';
import type { Webhooks } from './webhooks.ts';
import type { Repository, World } from './world.ts';

export type ServerParts = {
  readonly world: World;
  readonly contract: Contract;
  readonly faults: Faults;
  readonly apps: Apps;
  readonly webhooks: Webhooks;
  /** Runs the writes of one repository one after the other. */
  readonly inLine: <T>(repository: Repository, work: () => Promise<T>) => Promise<T>;
  /** Who a bearer token stands for. */
  readonly actorOf: (token: string) => Actor | undefined;
  readonly counted: (id: OperationName) => void;
  readonly violated: (problems: readonly string[]) => void;
};
type Request = { readonly incoming: IncomingMessage; readonly url: URL };
type Route = (method: string, path: string) => Match | undefined;
type Fields = Readonly<Record<string, unknown>>;

/** GitHub's REST API over HTTP: who asks, what is asked, one write at a time per repository, checked both ways. */
export function forgeServer(parts: ServerParts): Server {
  const route = routerOf(parts.contract.routes);
  return createServer((incoming, response) => {
    void serve(parts, route, incoming, response);
  });
}

async function serve(
  parts: ServerParts,
  route: Route,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? '/', parts.world.url());
  const headers = rateLimitHeaders(parts.world.now());
  let fault: ForgeFault | undefined;
  const answer = await refusalAsAnswer(async () => {
    const { name, work } = askedFor(parts, route, { incoming, url });
    parts.counted(name);
    fault = parts.faults.take(name);
    if (fault?.latencyMs !== undefined) await sleep(fault.latencyMs);
    if (fault?.hangUp === 'before') return { status: 0 };
    return fault?.status === undefined ? work() : injected(fault);
  }, parts);
  if (answer.status === 0 || fault?.hangUp === 'after') {
    response.destroy();
    return;
  }
  send(response, answer, { ...headers, ...linkOf(url, answer), ...fault?.headers }, fault);
}

type Asked = { readonly name: OperationName; readonly work: () => Promise<Answer> };

/** What a request asks for, by whom; refuses strangers and what does not exist. */
function askedFor(parts: ServerParts, route: Route, request: Request): Asked {
  const { incoming, url } = request;
  const token = bearerOf(incoming);
  const match = route(incoming.method ?? '', url.pathname);
  if (match !== undefined && isAppOperation(match.id)) {
    return { name: match.id, work: () => asApp(parts, request, match, token) };
  }
  const actor = parts.actorOf(token);
  if (actor === undefined) throw new GithubRefusal(401, 'Bad credentials');
  if (match !== undefined) return { name: match.id, work: () => operation(parts, request, match, actor) };
  const isGraphql = incoming.method === 'POST' && url.pathname === '/graphql';
  if (!isGraphql) throw notFound();
  return { name: 'graphql', work: () => asGraphql(parts, request, actor) };
}

async function operation(parts: ServerParts, request: Request, match: Match, actor: Actor): Promise<Answer> {
  const { id } = match;
  if (isAppOperation(id)) throw notFound();
  const name = `${match.path.owner}/${match.path.repo}`;
  const repository = parts.world.repositories.get(name);
  if (repository === undefined) return redirection(parts.world, request, name);
  const body = await readBody(request.incoming);
  const query = request.url.searchParams;
  const wrong = parts.contract.request(id, { path: match.path, query, body });
  if (wrong.length > 0) return violation(parts, wrong);
  const { login, app } = actor;
  const viaApp = app !== undefined;
  const call: Call = { repository, path: match.path, query, body: fieldsOf(body), login, viaApp };
  const work = async (): Promise<Answer> => {
    refuseStranger(parts.world, repository, actor, id);
    return OPERATION_OF[id](parts.world, call);
  };
  const isRead = request.incoming.method === 'GET';
  const answer = await refusalAsAnswer(isRead ? work : () => parts.inLine(repository, work));
  return checked(parts, match, answer);
}

/** What GitHub answers under a name that a repository had before: where it is now, by its number. */
function redirection(world: World, request: Request, name: string): Answer {
  const { incoming, url } = request;
  const moved = [...world.repositories.values()].find((each) =>
    each.record.read().formerNames.includes(name),
  );
  if (moved === undefined) throw notFound();
  const rest = url.pathname.slice(`/repos/${name}`.length);
  const location = `${world.url()}/repositories/${moved.record.read().id}${rest}${url.search}`;
  const isRead = incoming.method === 'GET';
  const message = isRead ? 'Moved Permanently' : 'Temporary Redirect';
  return { status: isRead ? 301 : 307, body: { message, url: location }, headers: { location } };
}

async function asApp(parts: ServerParts, request: Request, match: Match, token: string): Promise<Answer> {
  if (!isAppOperation(match.id)) throw notFound();
  parts.apps.authenticate(token);
  const body = await readBody(request.incoming);
  const query = request.url.searchParams;
  const wrong = parts.contract.request(match.id, { path: match.path, query, body });
  if (wrong.length > 0) return violation(parts, wrong);
  const call = { path: match.path, query, body: fieldsOf(body) };
  const { id } = match;
  const answer = await refusalAsAnswer(async () => APP_OPERATION_OF[id](parts, call));
  return checked(parts, match, answer);
}

async function asGraphql(parts: ServerParts, request: Request, actor: Actor): Promise<Answer> {
  return graphql(parts.world, fieldsOf(await readBody(request.incoming)), actor);
}

function checked(parts: ServerParts, match: Match, answer: Answer): Answer {
  const wrong = parts.contract.response(match.id, answer.status, answer.body);
  return wrong.length > 0 ? violation(parts, wrong) : answer;
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

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
