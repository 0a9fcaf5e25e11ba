import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { numberAt, parseJson } from './cloud/aws/shapes.ts';
import { buildAssembly } from './cloud/build.ts';
import { type Cloud, startCloud } from './cloud/cloud.ts';

/** The process behind `holdfast local start`: builds if needed, runs the cloud until it is told to stop. */
const ROOT = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4750' },
    data: { type: 'string', default: join(ROOT, '.holdfast', 'data') },
    speed: { type: 'string', default: '1' },
    parameter: { type: 'string', multiple: true, default: [] },
  },
});
const settings = {
  port: numberWithin('port', values.port, 1024, 65_534),
  speed: numberWithin('speed', values.speed, 1, 10),
  dataDir: resolve(values.data),
  parameters: Object.fromEntries(
    values.parameter.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  ),
};
const stateFile = join(settings.dataDir, 'local.json');

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
function refuseSecond(): void {
  const pid = existsSync(stateFile) ? numberAt(parseJson(readFileSync(stateFile, 'utf8')), 'pid') : undefined;
  if (pid === undefined || !isRunning(pid)) return;
  process.stderr.write(`a local cloud already runs over ${settings.dataDir} (process ${pid})\n`);
  process.exit(1);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function announce(cloud: Cloud): void {
  const state = {
    pid: process.pid,
    api: cloud.api,
    aws: cloud.aws,
    issuer: cloud.issuer,
    startedAt: new Date().toISOString(),
    speed: settings.speed,
  };
  writeFileSync(stateFile, JSON.stringify(state, null, 2));
  say(`HTTP API      ${cloud.api}`);
  say(`AWS endpoint  ${cloud.aws}`);
  say(`data          ${settings.dataDir}, speed ${settings.speed}`);
  for (const line of cloud.unsupported) say(`not run       ${line}`);
}

async function start(): Promise<Cloud> {
  mkdirSync(settings.dataDir, { recursive: true });
  refuseSecond();
  const { assembly } = await buildAssembly({ root: ROOT, log: say });
  // biome-ignore lint/style/noProcessEnv: where this machine has no engine of its own, the owner names one
  const dynamoDbEndpoint = process.env.HOLDFAST_DYNAMODB_ENDPOINT;
  return startCloud({
    ...settings,
    assembly,
    ...(dynamoDbEndpoint !== undefined && { dynamoDbEndpoint }),
    log: say,
  });
}

const cloud = await start().catch((thrown: unknown) => {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exit(1);
});
// The sandbox starts here, over the running cloud, and is closed before it.
announce(cloud);

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await cloud.close();
  rmSync(stateFile, { force: true });
  process.exit(0);
}
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
