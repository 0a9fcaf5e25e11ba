// `npm test`: the checks, and beside them what the tests need and the tests. The checks come behind, since the journeys
// that the tests begin with mostly wait, and must not be late. Arguments go to vitest.
import { spawn } from 'node:child_process';
import os from 'node:os';

const BEHIND = 10;

/** @param {string} command @param {readonly string[]} given @param {'pipe' | 'inherit'} output */
function start(command, given, output) {
  const child = spawn(command, given, { stdio: ['ignore', output, output] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      said += text;
    });
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (code) => resolve(code ?? 1));
  });
  return { child, ended, said: () => said };
}

async function check() {
  const { child, ended, said } = start('npm', ['run', '--silent', 'check'], 'pipe');
  if (child.pid !== undefined) os.setPriority(child.pid, BEHIND);
  const code = await ended;
  process.stdout.write(said());
  return code;
}

async function tests() {
  const made = await start(process.execPath, ['local/assemble.ts'], 'inherit').ended;
  return made === 0 ? start('vitest', ['run', ...process.argv.slice(2)], 'inherit').ended : made;
}

const [checked, tested] = await Promise.all([check(), tests()]);
if (checked !== 0) process.stderr.write(`npm run check failed with ${checked}: what it said stands above\n`);
process.exitCode = checked || tested;
