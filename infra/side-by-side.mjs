// Runs the commands it is given at the same time, tells what each said when it ends, and fails when one of them does.
import { spawn } from 'node:child_process';

/** @param {string} command */
async function run(command) {
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      said += text;
    });
  const code = await new Promise((ended) => child.once('close', ended));
  process.stdout.write(said);
  if (code === 0) return;
  process.stderr.write(`${command} failed with ${code}\n`);
  process.exitCode = 1;
}

await Promise.all(process.argv.slice(2).map(run));
