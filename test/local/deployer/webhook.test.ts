import { createServer, type IncomingHttpHeaders } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { closeAll, deployed, later } from './deployed.ts';
import { until } from './world.ts';

afterEach(closeAll);

type Received = { readonly headers: IncomingHttpHeaders; readonly body: Record<string, unknown> };

/** A webhook receiver that answers the given statuses in turn, then 202. */
async function receiver(...statuses: readonly number[]) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    received.push({ headers: request.headers, body: JSON.parse(text) });
    response.writeHead(statuses[received.length - 1] ?? 202).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(() => void server.close());
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return { received, url: `http://127.0.0.1:${port}/v1/webhooks/argocd` };
}

test('a degradation and its recovery are told once each, in the body and with the token of the catalogue', async () => {
  const { received, url } = await receiver();
  const { world, deployer, revision } = await deployed({
    webhook: { url, token: 'hook-token' },
    // long enough that a good rollout never passes it, however busy the machine is
    timings: { pollMs: 50, progressDeadlineMs: 4000 },
  });
  const bad = world.release('checkout', 'crashing');
  world.promote('checkout', 'staging', bad);
  await until(
    () => received.length,
    (count) => count === 1,
  );
  world.promote('checkout', 'staging', revision);
  await until(
    () => received.length,
    (count) => count === 2,
  );
  expect(received.map(({ body }) => body.trigger)).toEqual(['on-health-degraded', 'on-health-recovered']);
  expect(received[0]?.headers.authorization).toBe('Bearer hook-token');
  expect(received[0]?.body).toEqual({
    schema: 'argocd.v1',
    trigger: 'on-health-degraded',
    app: 'checkout-staging',
    namespace: 'argocd',
    project: 'default',
    health: {
      status: 'Degraded',
      message: expect.stringMatching(
        /ProgressDeadlineExceeded.*1 of 3.*CrashLoopBackOff: Error: cannot join/,
      ),
      lastTransitionTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    },
    sync: { status: 'Synced', revision: bad },
    operationState: expect.objectContaining({
      phase: 'Succeeded',
      syncResult: expect.objectContaining({ revision: bad }),
    }),
    history: [
      expect.objectContaining({ id: 0, revision }),
      expect.objectContaining({ id: 1, revision: bad }),
    ],
    labels: { service: 'checkout', environment: 'staging' },
    conditions: null,
    argocdUrl: deployer.url,
  });
});

test('a webhook is sent again after a 5xx and not after a 4xx', async () => {
  const flaky = await receiver(500, 503);
  const strict = await receiver(401);
  const { world, deployer } = await deployed({ webhook: { url: flaky.url, token: 't' }, webhookWaitMs: 10 });
  deployer.addWebhook({ url: strict.url, token: 't' });
  world.promote('checkout', 'staging', world.release('checkout', 'crashing'));
  await until(
    () => flaky.received.length,
    (count) => count === 3,
  );
  expect(strict.received).toHaveLength(1);
  expect(flaky.received[2]?.body).toEqual(flaky.received[0]?.body);
});
