import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { vi } from 'vitest';
import { holdfast as commandLine } from '../../cli/holdfast.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MAIN = join(ROOT, 'cli', 'main.ts');
/** Each run is a process of its own: what one has compiled the next need not. */
const COMPILED = join(ROOT, 'node_modules', '.cache', 'compiled');
/** Nobody listens there: port 9 of loopback is "discard", which no machine of today runs. */
const NOWHERE = 'http://127.0.0.1:9';

export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs `holdfast` as a person would, against an API (by default one that is not there). */
export function holdfast(args: readonly string[], api = NOWHERE): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: '', HOLDFAST_API: api, HOLDFAST_TOKEN: 't', NODE_COMPILE_CACHE: COMPILED },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  return new Promise((done) => child.on('close', (code) => done({ code, ...text })));
}

/** The same within this process, for what no process needs to start for: uses and wrong uses. One at a time. */
export async function holdfastHere(args: readonly string[], api = NOWHERE): Promise<Ran> {
  const text = { stdout: '', stderr: '' };
  vi.stubEnv('HOLDFAST_API', api);
  vi.stubEnv('HOLDFAST_TOKEN', 't');
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      text[name] += String(chunk);
      return true;
    });
  }
  try {
    return { code: await commandLine(args), ...text };
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
}
