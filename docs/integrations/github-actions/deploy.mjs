/**
 * Deploys the commit of a workflow's run through Holdfast and waits. Node 20 or later, no dependency, no secret: the run
 * proves who it is by the token that GitHub signs for it. Exit codes as `holdfast` has them: 0 done, 1 no, 2 misused,
 * 3 it waits for something (a person, or the wait was shorter than the rollout), 4 Holdfast cannot be reached.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const EXIT = { done: 0, no: 1, misused: 2, waiting: 3, unreachable: 4 };
const ENDED = ['Completed', 'RolledBack', 'Blocked', 'Observed', 'Aborted'];
const ATTEMPTS = 5;
const REQUEST_TIMEOUT_MS = 15_000;
/** GitHub's tokens are good for some minutes only; a rollout takes longer. */
const TOKEN_GOOD_FOR_MS = 120_000;

// biome-ignore lint/style/noProcessEnv: how GitHub hands inputs to a step
const env = process.env;
const say = (line) => process.stdout.write(`${line}\n`);

class Ended extends Error {
  constructor(exitCode, message) {
    super(message);
    this.exitCode = exitCode;
  }
}

function needed(name) {
  const value = env[name];
  if (value === undefined || value === '') throw new Ended(EXIT.misused, `${name} is missing`);
  return value;
}

/** Plain HTTP would show the token to whoever is on the way; this machine is the exception, for tests. */
function apiUrl() {
  const text = needed('HOLDFAST_API_URL').replace(/\/+$/, '');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = url !== undefined && ['127.0.0.1', 'localhost'].includes(url.hostname);
  if (url?.protocol === 'https:' || (isLocal && url.protocol === 'http:')) return text;
  throw new Ended(EXIT.misused, `api-url must be an https address: ${text}`);
}

function change() {
  const text = env.HOLDFAST_CHANGE || '{}';
  try {
    const read = JSON.parse(text);
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read;
  } catch {
    // said below
  }
  throw new Ended(EXIT.misused, `change must be a JSON object: ${text}`);
}

function seconds(name, fallback, factor) {
  const value = Number(env[name] || fallback) * factor;
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Ended(EXIT.misused, `${name} must be a number that is not negative`);
}

let token = { value: '', until: 0 };

/** A token of this very run for Holdfast's audience. It is masked in the log, and asked for anew before it ends. */
async function bearer() {
  if (Date.now() < token.until) return token.value;
  if (env.ACTIONS_ID_TOKEN_REQUEST_URL === undefined)
    throw new Ended(EXIT.misused, 'the job lacks `permissions: id-token: write`');
  const url = new URL(env.ACTIONS_ID_TOKEN_REQUEST_URL);
  url.searchParams.set('audience', env.HOLDFAST_AUDIENCE || 'holdfast');
  const answer = await tried(() =>
    fetch(url, {
      headers: { authorization: `Bearer ${needed('ACTIONS_ID_TOKEN_REQUEST_TOKEN')}` },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    }),
  );
  const { value } = await answer.json();
  if (typeof value !== 'string') throw new Ended(EXIT.unreachable, 'GitHub gave no token');
  say(`::add-mask::${value}`);
  token = { value, until: Date.now() + TOKEN_GOOD_FOR_MS };
  return value;
}

/** Repeats what may pass: no answer, 429 and 5xx, after 1, 2, 4 and 8 s with some chance in it, or as asked. */
async function tried(request) {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await request().catch((thrown) => {
      if (thrown instanceof Ended) throw thrown;
      return undefined;
    });
    if (answer?.ok) return answer;
    if (answer !== undefined && answer.status !== 429 && answer.status < 500) throw await refusal(answer);
    if (attempt === ATTEMPTS)
      throw new Ended(EXIT.unreachable, `no answer after ${ATTEMPTS} attempts (${answer?.status ?? 'none'})`);
    const asked = Number(answer?.headers.get('retry-after') ?? Number.NaN);
    const wait = asked >= 0 ? Math.min(asked, 60) : 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
    await sleep(wait * 1000 * seconds('HOLDFAST_PACE', '1', 1));
  }
}

async function refusal(answer) {
  const body = await answer.json().catch(() => ({}));
  const fields = Array.isArray(body.errors) ? body.errors.map((each) => `${each.path} ${each.message}`) : [];
  const said = [body.detail ?? body.message ?? `status ${answer.status}`, ...fields].join('; ');
  return new Ended(answer.status === 401 ? EXIT.unreachable : EXIT.no, said);
}

async function call(method, path, body, key) {
  const answer = await tried(async () =>
    fetch(`${apiUrl()}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await bearer()}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    }),
  );
  return await answer.json();
}

function output(name, value) {
  if (env.GITHUB_OUTPUT) appendFileSync(env.GITHUB_OUTPUT, `${name}=${value}\n`);
}

async function waitForEnd(id, waitMs) {
  const until = Date.now() + waitMs;
  let last = '';
  for (;;) {
    const { state } = await call('GET', `/v1/deployments/${encodeURIComponent(id)}`);
    const words = state.reason === undefined ? state.kind : `${state.kind} (${state.reason})`;
    if (words !== last) say(`${id} is ${words}`);
    last = words;
    if (ENDED.includes(state.kind) || Date.now() >= until) return { kind: state.kind, words };
    await sleep(10_000 * seconds('HOLDFAST_PACE', '1', 1));
  }
}

async function main() {
  const [service, environment, revision] = [
    needed('HOLDFAST_SERVICE'),
    needed('HOLDFAST_ENVIRONMENT'),
    needed('GITHUB_SHA'),
  ];
  // The same for every attempt of this run at this: a lost answer starts no second deployment, a re-run starts one.
  const run = `${needed('GITHUB_RUN_ID')}.${env.GITHUB_RUN_ATTEMPT || '1'}`;
  // Every input is read before anything is asked for.
  const waitMs = seconds('HOLDFAST_WAIT_MINUTES', '60', 60_000);
  const asked = { service, environment, revision, change: change() };
  const { id } = await call('POST', '/v1/deployments', asked, `gha/${run}/${service}/${environment}`);
  if (typeof id !== 'string' || !/^\w{1,64}$/.test(id))
    throw new Ended(EXIT.unreachable, 'the answer names no deployment');
  output('id', id);
  const { kind, words } = await waitForEnd(id, waitMs);
  output('state', kind);
  if (kind === 'Completed') return EXIT.done;
  const isOver = ENDED.includes(kind);
  say(`::${isOver ? 'error' : 'warning'}::${service} in ${environment}: ${id} is ${words}`);
  return isOver ? EXIT.no : EXIT.waiting;
}

try {
  process.exitCode = await main();
} catch (thrown) {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  say(`::error::${message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}`);
  process.exitCode = thrown instanceof Ended ? thrown.exitCode : EXIT.unreachable;
}
