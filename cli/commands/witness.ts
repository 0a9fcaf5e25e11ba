import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type Command, cliError, EXIT, type Options, textOption } from '../command.ts';
import type { Io } from '../io.ts';

type Started = { readonly url: string; readonly vkey: string; readonly origins: readonly string[] };

const MAIN = join(import.meta.dirname, '../../local/witness/main.ts');
const MAX_PORT = 65_535;

export const witnessCommand: Command = {
  name: 'witness',
  summary:
    'A witness of ledgers (C2SP tlog-witness) as a process of its own: cosigns a checkpoint that has grown out of the one it cosigned last. Runs until it is stopped.',
  args: '',
  options: {
    log: {
      type: 'string',
      text: 'keys of the ledgers that it witnesses, parted by commas, or a file with them',
    },
    dir: {
      type: 'string',
      text: 'its key and its memory (default .holdfast/witness); never a copy or an old state',
    },
    name: { type: 'string', text: 'the name of its key (default holdfast.local/witness)' },
    port: { type: 'string', text: 'on 127.0.0.1 (default 4760; 0 takes a free one)' },
  },
  example: 'holdfast witness --log ledger.vkey',
  run: async (_, options, io) => {
    const child = spawn(process.execPath, [MAIN, ...argumentsOf(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    const ended = new Promise<number>((done) => child.on('exit', (code) => done(code ?? EXIT.no)));
    const started = await startedOf(child);
    if (started !== undefined) show(io, started);
    return ended;
  },
};

function argumentsOf(options: Options): readonly string[] {
  const named = textOption(options, 'log');
  if (named === undefined)
    throw cliError('--log is missing: the key of a ledger, or a file with it', EXIT.usage);
  const port = Number(textOption(options, 'port') ?? '4760');
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT)
    throw cliError(`--port must be a whole number from 0 to ${MAX_PORT}`, EXIT.usage);
  const dir = resolve(textOption(options, 'dir') ?? join('.holdfast', 'witness'));
  const name = textOption(options, 'name');
  const logs = existsSync(named) ? readFileSync(named, 'utf8') : named;
  const passed = ['--dir', dir, '--port', String(port), '--log', logs];
  return name === undefined ? passed : [...passed, '--name', name];
}

/** The line in which it says that it runs; undefined where it ended before. */
async function startedOf({ stdout }: ChildProcess): Promise<Started | undefined> {
  if (stdout === null) return undefined;
  for await (const line of createInterface(stdout)) return JSON.parse(line) as Started;
  return undefined;
}

function show(io: Io, { url, vkey, origins }: Started): void {
  io.document({ url, vkey, origins });
  io.out(`witness   ${url}/add-checkpoint`);
  io.out(`key       ${vkey}`);
  io.out(`of        ${origins.join(', ')}`);
  io.say(
    'Give its key to whoever checks the ledger, by a way that does not lead through the ledger. Ctrl-C stops it.',
  );
}
