import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ROOT } from './result.ts';

/** Runs a script in a process of its own; gives what it printed last, parsed. Throws with its stderr when it fails. */
export async function inChild(script: URL, input: unknown): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(process.execPath, [fileURLToPath(script), JSON.stringify(input)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
  });
  child.once('error', reject);
  child.once('close', (code) => {
    if (code === 0) resolve(out);
    else reject(new Error(`${script.pathname} ended with ${code}: ${err}`));
  });
  return JSON.parse((await promise).trim().split('\n').at(-1) ?? '');
}
