import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAssembly } from '../local/build.ts';
import { freePort } from '../local/cloud/aws/listening.ts';
import { type Bench, held, type Measured, ROOT, type Say } from './result.ts';
import { median } from './statistics.ts';

const SYNTHESES = 3;
const STARTS = 5;

/** `npm run synth` as a person types it; `holdfast local` from the start of its process to the line that says it is ready. */
export const synthBench: Bench = {
  name: 'synth',
  summary:
    'Bundling and synthesising (cdk-nag included), and starting the local cloud on what is built already.',
  run: measure,
};

async function measure(say: Say): Promise<Measured> {
  const synth: number[] = [];
  for (let round = 0; round < SYNTHESES; round += 1) {
    synth.push(await timeOf('npm', ['run', '--silent', 'synth']));
    say(`  synth ${synth.at(-1)} s`);
  }
  await buildAssembly({ root: ROOT, log: say });
  const data = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const ready: number[] = [];
  try {
    for (let start = 0; start <= STARTS; start += 1) {
      const port = await freePort();
      const args = ['local/main.ts', '--port', String(port), '--data', data];
      ready.push(await timeOf(process.execPath, args, /^HTTP API/m));
      say(`  local ready ${ready.at(-1)} s`);
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
  const [first = 0, ...warm] = ready;
  return {
    rows: [
      held({ measure: 'npm run synth (median of 3)', value: median(synth), unit: 's' }, { below: 15 }),
      held({ measure: 'local ready, warm (median of 5)', value: median(warm), unit: 's' }, { below: 3 }),
      { measure: 'local ready, new data folder', value: first, unit: 's' },
    ],
    samples: { synth, warm, first: [first] },
    notes: ['Warm: the assembly and the data folder are there; the sandbox is not part of it.'],
  };
}

/** Seconds until the process ends, or until it has printed `until`; then it is told to stop. Throws when it fails. */
async function timeOf(command: string, args: readonly string[], until?: RegExp): Promise<number> {
  const startedAt = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  let seconds: number | undefined;
  let said = '';
  const seen = (): void => {
    seconds ??= Math.round((performance.now() - startedAt) / 10) / 100;
  };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    if (until === undefined || !until.test(said)) return;
    seen();
    child.kill('SIGTERM');
  });
  child.once('error', reject);
  child.once('exit', (code) => {
    if (until === undefined) seen();
    if (seconds !== undefined && (until !== undefined || code === 0)) resolve(seconds);
    else reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${said}`));
  });
  return await promise;
}
