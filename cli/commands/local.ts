import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, cliError, EXIT, type Options, textOption } from '../command.ts';
import type { Io } from '../io.ts';
import { isAlive, type LocalCloud, localCloud, localDataFolder, runningCloud } from '../session.ts';

/** A slow machine builds for minutes: as long as its process lives a start is waited for. */
const START_MS = 600_000;
const TOLD_EACH_MS = 15_000;
const STOP_MS = 15_000;
const POLL_MS = 100;
/** As local/main.ts has them. */
const LIMITS = [
  { name: 'port', least: 1024, most: 65_528 },
  { name: 'speed', least: 1, most: 10 },
] as const;

export const localCommand: Command = {
  name: 'local',
  summary:
    'The local cloud: all of Holdfast and the sandbox it manages, on this machine. Without a word it runs in the foreground.',
  args: '[start|stop|status|reset]',
  options: {
    port: { type: 'string', text: 'port of the HTTP API (default 4750); the AWS endpoint is the next one' },
    data: { type: 'string', text: 'data folder (default .holdfast/local)' },
    speed: { type: 'string', text: 'divides waits and deadlines, 1 to 10 (default 1)' },
    witness: {
      type: 'boolean',
      text: 'a witness in a process of its own cosigns the checkpoints of the ledger',
    },
  },
  example: 'holdfast local start --speed 10',
  run: async (positionals, options, io) => {
    const data = resolve(textOption(options, 'data') ?? localDataFolder());
    for (const limit of LIMITS) refuseOutside(options, limit);
    switch (positionals[0]) {
      case undefined:
        return foreground(data, options);
      case 'start':
        return show(io, await start(io, data, options));
      case 'stop':
        io.out((await stop(data)) ? 'stopped' : 'it was not running');
        io.document({ running: false });
        return EXIT.yes;
      case 'status': {
        const running = await runningCloud(data);
        if (running !== undefined) return show(io, running);
        io.out('not running');
        io.document({ running: false });
        return EXIT.no;
      }
      case 'reset':
        await stop(data);
        rmSync(data, { recursive: true, force: true });
        io.out('the local data is gone');
        io.document({ running: false, reset: true });
        return EXIT.yes;
      default:
        throw cliError(`local knows start, stop, status and reset, not "${positionals[0]}"`, EXIT.usage);
    }
  },
};

/** Said here, with the usage, before a process is started for nothing. */
function refuseOutside(options: Options, { name, least, most }: (typeof LIMITS)[number]): void {
  const text = textOption(options, name);
  if (text === undefined) return;
  const value = Number(text);
  if (value >= least && value <= most && (name === 'speed' || Number.isInteger(value))) return;
  throw cliError(`--${name} must be a number from ${least} to ${most}`, EXIT.usage);
}

function mainArguments(data: string, options: Options): readonly string[] {
  const main = join(import.meta.dirname, '../../local/main.ts');
  const passed = ['port', 'speed'].flatMap((name) => {
    const value = textOption(options, name);
    return value === undefined ? [] : [`--${name}`, value];
  });
  return [main, '--data', data, ...passed, ...(options.witness === true ? ['--witness'] : [])];
}

function foreground(data: string, options: Options): Promise<number> {
  const child = spawn(process.execPath, mainArguments(data, options), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((done) => child.on('exit', (code) => done(code ?? EXIT.no)));
}

async function start(io: Io, data: string, options: Options): Promise<LocalCloud> {
  const running = await runningCloud(data);
  if (running !== undefined) {
    io.say('it runs already');
    return running;
  }
  mkdirSync(data, { recursive: true });
  const log = join(data, 'local.log');
  // Another start may be on its way and write there too.
  const output = openSync(log, existsSync(join(data, 'lock')) ? 'a' : 'w');
  const child = spawn(process.execPath, mainArguments(data, options), {
    detached: true,
    stdio: ['ignore', output, output],
  });
  child.unref();
  const started = await waited(io, child, data);
  if (started !== undefined) return started;
  // What has not started by now must not go on behind the back of who was told so.
  if (child.exitCode === null) child.kill('SIGTERM');
  throw cliError(
    `the local cloud did not start:\n${readFileSync(log, 'utf8').split('\n').slice(-20).join('\n')}`,
    EXIT.no,
  );
}

/** The cloud of a child process once it has started; undefined where it ended, or takes too long. */
async function waited(io: Io, child: ChildProcess, data: string): Promise<LocalCloud | undefined> {
  const from = Date.now();
  let told = from;
  while (Date.now() < from + START_MS && child.exitCode === null && child.signalCode === null) {
    const started = localCloud(data);
    if (started !== undefined && started.pid === child.pid) return started;
    if (Date.now() - told >= TOLD_EACH_MS) {
      told = Date.now();
      io.say(
        `still starting after ${Math.round((told - from) / 1000)} s; it says how far it is in ${join(data, 'local.log')}`,
      );
    }
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
  return undefined;
}

/** Whether something ran, and no longer does. */
async function stop(data: string): Promise<boolean> {
  const running = localCloud(data);
  if (running === undefined) return false;
  process.kill(running.pid, 'SIGTERM');
  const until = Date.now() + STOP_MS;
  while (isAlive(running.pid) && Date.now() < until) await new Promise((next) => setTimeout(next, POLL_MS));
  if (isAlive(running.pid)) process.kill(running.pid, 'SIGKILL');
  return true;
}

function show(io: Io, running: LocalCloud): number {
  io.document({ running: true, ...running });
  io.out(`HTTP API       ${running.api}`);
  io.out(`AWS endpoint   ${running.aws}`);
  for (const [name, value] of Object.entries(running)) {
    if (!['api', 'aws', 'pid', 'tokenUrl'].includes(name))
      io.out(`${name.padEnd(14)} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
  }
  return EXIT.yes;
}
