/**
 * Sends alerts at a fixed rate, whatever the answers do (open loop): a late answer delays no later request, and the
 * time of each counts from the moment it was due, so that a stalled server cannot hide its queue.
 */
import { Agent, request } from 'node:http';

type Plan = {
  readonly url: string;
  readonly token: string;
  /** Deliveries a second, repeated ones included. */
  readonly rate: number;
  readonly seconds: number;
  /** Of this share of the deliveries, the body was sent before. */
  readonly repeated: number;
  readonly seed: number;
};
type Answer = {
  readonly latency: number;
  readonly status: number;
  readonly accepted: number;
  readonly duplicates: number;
};

const plan: Plan = JSON.parse(process.argv[2] ?? '{}');
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const startsAt = new Date().toISOString();

/** Repeatable chance: a 32-bit linear congruence (Numerical Recipes). */
let state = plan.seed;
function chance(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

function bodyOf(number: number): string {
  const fingerprint = `${plan.seed.toString(16)}-${number.toString(16).padStart(16, '0')}`;
  const labels = { alertname: 'HighErrorRate', severity: 'critical', app: `bench-${number % 50}` };
  const alert = {
    ...{ status: 'firing', labels, annotations: { summary: 'More than 5 % of requests fail' } },
    ...{ startsAt, endsAt: '0001-01-01T00:00:00Z', fingerprint },
  };
  return JSON.stringify({
    ...{ version: '4', groupKey: `{}:{alertname="HighErrorRate",n="${number}"}`, truncatedAlerts: 0 },
    ...{
      status: 'firing',
      receiver: 'holdfast',
      groupLabels: {},
      commonLabels: labels,
      commonAnnotations: {},
    },
    ...{ externalURL: 'http://alertmanager.example', alerts: [alert] },
  });
}

function send(body: string, due: number): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const lost = (): void =>
    resolve({ latency: performance.now() - due, status: 0, accepted: 0, duplicates: 0 });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    authorization: `Bearer ${plan.token}`,
  };
  const sent = request(plan.url, { method: 'POST', agent, headers, timeout: 30_000 }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    response.once('end', () => {
      const status = response.statusCode ?? 0;
      const { accepted = 0, duplicates = 0 } = status === 202 ? JSON.parse(text) : {};
      resolve({ latency: performance.now() - due, status, accepted, duplicates });
    });
    response.once('error', lost);
  });
  sent.once('timeout', () => sent.destroy(new Error('late')));
  sent.once('error', lost);
  sent.end(body);
  return promise;
}

const total = Math.round(plan.rate * plan.seconds);
const gap = 1000 / plan.rate;
const startedAt = performance.now() + 50;
const answers: Promise<Answer>[] = [];
let fresh = 0;
let latest = 0;
while (answers.length < total) {
  while (answers.length < total && startedAt + answers.length * gap <= performance.now()) {
    const due = startedAt + answers.length * gap;
    latest = Math.max(latest, performance.now() - due);
    const again = fresh > 100 && chance() < plan.repeated;
    // Not one of the newest hundred: the first delivery of a repeated body is answered by then, as a real repeat's is.
    const number = again ? Math.floor(chance() * (fresh - 100)) : fresh++;
    answers.push(send(bodyOf(number), due));
  }
  await new Promise((next) => setTimeout(next, 1));
}
const settled = await Promise.all(answers);
agent.destroy();
const seconds = (performance.now() - startedAt) / 1000;
const { user, system } = process.cpuUsage();
const statuses: Record<string, number> = {};
for (const { status } of settled) statuses[status] = (statuses[status] ?? 0) + 1;
process.stdout.write(
  JSON.stringify({
    ...{
      sent: total,
      fresh,
      repeated: total - fresh,
      seconds,
      statuses,
      latestSendMs: latest,
      processorSeconds: (user + system) / 1e6,
    },
    accepted: settled.reduce((sum, { accepted }) => sum + accepted, 0),
    duplicates: settled.reduce((sum, { duplicates }) => sum + duplicates, 0),
    latencies: settled.map(({ latency }) => Math.round(latency * 10) / 10),
  }),
);
