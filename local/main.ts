import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAssembly } from './build.ts';
import { otherCloud } from './other-cloud.ts';
import { startDesk } from './sandbox/desk.ts';
import { lockFolder } from './witness/folder-lock.ts';
import { startWitnessProcess, witnessParameters } from './witness-process.ts';
import { startWorld, type World } from './world.ts';

/** The process behind `holdfast local`: builds if needed, runs the cloud and its sandbox until it is told to stop. */
/** The AWS endpoint, the forge, Argo CD, Prometheus, the sandbox's desk, Lambda and the witness take the ports after the API's. */
const DESK_OFFSET = 5;
const WITNESS_OFFSET = 7;
const FIRST_SERVICES = ['checkout', 'catalog', 'search'];
const ROOT = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4750' },
    data: { type: 'string', default: join(ROOT, '.holdfast', 'local') },
    speed: { type: 'string', default: '1' },
    witness: { type: 'boolean', default: false },
  },
});
const settings = {
  port: numberWithin('port', values.port, 1024, 65_528),
  speed: numberWithin('speed', values.speed, 1, 10),
  dataDir: resolve(values.data),
};
const stateFile = join(settings.dataDir, 'local.json');
const witnessPlan = values.witness
  ? { folder: join(settings.dataDir, 'witness'), port: settings.port + WITNESS_OFFSET }
  : undefined;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function numberWithin(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (value >= least && value <= most) return value;
  process.stderr.write(`--${name} must be between ${least} and ${most}\n`);
  process.exit(2);
}

/** Two clouds over one folder would both run its queues: the second one refuses. */
async function refuseSecond(): Promise<void> {
  const pid = await otherCloud(stateFile);
  if (pid === undefined) return;
  process.stderr.write(`a local cloud already runs over ${settings.dataDir} (process ${pid})\n`);
  process.exit(1);
}

type Witness = Awaited<ReturnType<typeof startWitnessProcess>>;

function announce({ cloud, sandbox, secrets }: World, desk: string, witness?: Witness): void {
  const state = {
    pid: process.pid,
    api: cloud.api,
    aws: cloud.aws,
    issuer: cloud.issuer,
    tokenUrl: `${cloud.issuer}/token`,
    forge: sandbox.forge.url,
    argocd: sandbox.deployer.url,
    prometheus: sandbox.prometheusUrl,
    sandbox: desk,
    ...(witness !== undefined && { witness }),
    webhooks: {
      argocd: `authorization: Bearer ${secrets.argocdWebhook}`,
      alertmanager: `authorization: Bearer ${secrets.alertmanagerWebhook}`,
      cloudevents: `authorization: Bearer ${secrets.cloudeventsWebhook}`,
      grafana: `authorization: Bearer ${secrets.grafanaWebhook}`,
      generic: `authorization: Bearer ${secrets.genericWebhook}`,
      slack: `x-slack-signature with ${secrets.slackWebhook}`,
      pagerduty: `x-pagerduty-signature with ${secrets.pagerdutyWebhook}`,
      metrics: `authorization: Bearer ${secrets.metricsScrape}`,
      github: `x-hub-signature-256 with ${secrets.githubWebhook}`,
    },
    tokens: { forge: secrets.github, argocd: secrets.argocd, prometheus: secrets.prometheus },
    startedAt: new Date().toISOString(),
    speed: settings.speed,
  };
  // whoever waits for it finds it whole
  writeFileSync(`${stateFile}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(`${stateFile}.new`, stateFile);
  say(`HTTP API      ${cloud.api}`);
  say(`AWS endpoint  ${cloud.aws}`);
  say(
    `forge         ${sandbox.forge.url}  Argo CD ${sandbox.deployer.url}  Prometheus ${sandbox.prometheusUrl}`,
  );
  say(`sandbox desk  ${desk}`);
  if (witness !== undefined) say(`witness       ${witness.url}  ${witness.vkey}`);
  say(`data          ${settings.dataDir}, speed ${settings.speed}`);
  for (const line of cloud.unsupported) say(`not run       ${line}`);
}

/** Services that run from the start, so that there is something to register, deploy to and break. */
async function firstServices(desk: string): Promise<void> {
  for (const name of FIRST_SERVICES) {
    await fetch(`${desk}/services`, { method: 'POST', body: JSON.stringify({ name }) });
  }
}

async function start(): Promise<{
  readonly world: World;
  readonly desk: Awaited<ReturnType<typeof startDesk>>;
  readonly witness?: Witness;
}> {
  mkdirSync(settings.dataDir, { recursive: true });
  await refuseSecond();
  // Between two starts nothing answers yet: only the lock tells the second one about the first.
  const lock = lockFolder(settings.dataDir, 'local cloud');
  process.once('exit', lock.release);
  const { assembly } = await buildAssembly({ root: ROOT, log: say });
  const parameters = witnessPlan === undefined ? {} : await witnessParameters(witnessPlan);
  const world = await startWorld({ ...settings, assembly, parameters, log: say });
  const desk = await startDesk(
    world.sandbox,
    settings.port + DESK_OFFSET,
    join(settings.dataDir, 'services.json'),
  );
  const witness =
    witnessPlan === undefined ? undefined : await startWitnessProcess(witnessPlan, world.cloud.api);
  return { world, desk, ...(witness !== undefined && { witness }) };
}

const { world, desk, witness } = await start().catch((thrown: unknown) => {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exit(1);
});
await firstServices(desk.url);
announce(world, desk.url, witness);

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await desk.close();
  await world.close();
  rmSync(stateFile, { force: true });
  process.exit(0);
}
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
