import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { Endpoints } from '../../../local/sandbox/deployer/types.ts';
import { balancer } from '../../../local/sandbox/load/balancer.ts';
import { startLoad } from '../../../local/sandbox/load/load.ts';
import { until } from '../deployer/world.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function replica(answer: (server: Server) => number | undefined) {
  const server = createServer((_, response) => {
    const status = answer(server);
    if (status !== undefined) response.writeHead(status).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

function balanced(endpoints: () => Endpoints) {
  const made = balancer(endpoints, 200);
  closers.push(made.close);
  return made;
}

test('requests go round over the ready replicas, and each is told of the revision that answered', async () => {
  const ready = [
    { port: await replica(() => 200), revision: 'one' },
    { port: await replica(() => 404), revision: 'two' },
  ];
  const { send } = balanced(() => ({ ready, deployed: 'two' }));
  const outcomes = [await send('/'), await send('/'), await send('/'), await send('/')];
  expect(outcomes.map((each) => `${each.revision} ${each.code}`).toSorted()).toEqual([
    'one 200',
    'one 200',
    'two 404',
    'two 404',
  ]);
});

test('without a ready replica the answer is 503 and counts against what is deployed', async () => {
  const { send } = balanced(() => ({ ready: [], deployed: 'bad' }));
  expect(await send('/')).toEqual({ code: 503, revision: 'bad', seconds: 0 });
});

test('a replica that dies with a request is a 502, one that never answers a 504', async () => {
  const dying = await replica((server) => {
    server.closeAllConnections();
    return undefined;
  });
  const silent = await replica(() => undefined);
  const gone = balanced(() => ({ ready: [{ port: dying, revision: 'r' }] }));
  const slow = balanced(() => ({ ready: [{ port: silent, revision: 'r' }] }));
  expect((await gone.send('/')).code).toBe(502);
  expect((await slow.send('/')).code).toBe(504);
});

async function loaded() {
  const load = await startLoad({ requestsPerSecond: 200, now: Date.now, log: () => undefined });
  closers.push(load.close);
  let endpoints: Endpoints = { ready: [], deployed: 'bad' };
  load.addTarget({ name: 'a-staging', service: 'a', environment: 'staging', endpoints: () => endpoints });
  const query = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${load.prometheusUrl}/api/v1/${path}`, init);
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  return { query, set: (next: Endpoints) => (endpoints = next), port: await replica(() => 200) };
}

test('callers come when a service is there for the first time, and an outage after that is counted', async () => {
  const { query, set, port } = await loaded();
  set({ ready: [{ port, revision: 'good' }], deployed: 'good' });
  const counted = (code: string, revision: string) => async () => {
    const text = `sum(http_requests_total{code="${code}",revision="${revision}"})`;
    const { body } = await query(`query?query=${encodeURIComponent(text)}`);
    return Number(body.data.result[0]?.value[1] ?? 0);
  };
  await until(counted('200', 'good'), (count) => count > 0);
  expect(await counted('503', 'bad')()).toBe(0);
  set({ ready: [], deployed: 'bad' });
  await until(counted('503', 'bad'), (count) => count > 0);
});

test('a range query gives a line per series, by POST as by GET', async () => {
  const { query, set, port } = await loaded();
  const start = Date.now() / 1000;
  set({ ready: [{ port, revision: 'good' }], deployed: 'good' });
  const form = () =>
    new URLSearchParams({
      query:
        'sum(http_request_duration_seconds_bucket{le="+Inf"}) / sum(http_request_duration_seconds_count)',
      start: String(start),
      end: String(Date.now() / 1000 + 1),
      step: '0.25',
    });
  const posted = await until(
    () => query('query_range', { method: 'POST', body: form() }),
    ({ body }) => body.data.result.length > 0,
  );
  expect(posted.body).toMatchObject({
    status: 'success',
    data: { resultType: 'matrix', result: [{ metric: {} }] },
  });
  expect(posted.body.data.result[0].values.at(-1)[1]).toBe('1');
  expect((await query(`query_range?${form()}`)).status).toBe(200);
});

test('a bad query and a bad time are refused in the shape of Prometheus', async () => {
  const { query } = await loaded();
  for (const path of [
    'query?query=sum(',
    'query?query=a&time=never',
    'query?query=a{b=~"("}',
    'query_range?query=a',
  ]) {
    expect(await query(path)).toEqual({
      status: 400,
      body: { status: 'error', errorType: 'bad_data', error: expect.any(String) },
    });
  }
});
