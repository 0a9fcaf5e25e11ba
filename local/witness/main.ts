import { parseArgs } from 'node:util';
import { startWitness } from './witness.ts';

/** The process behind `holdfast witness`: runs until it is told to stop. The first line that it prints is JSON for a parent. */
const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    name: { type: 'string', default: 'holdfast.local/witness' },
    port: { type: 'string', default: '4760' },
    log: { type: 'string', multiple: true, default: [] },
  },
});

try {
  const { dir = '', name, port } = values;
  const witness = await startWitness({
    ...{ folder: dir, name, port: Number(port), logs: values.log.join('\n') },
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const { url, vkey, origins } = witness;
  process.stdout.write(`${JSON.stringify({ url, vkey, origins, pid: process.pid })}\n`);
  const stop = () => void witness.close().then(() => process.exit(0));
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Started by the local cloud, it ends with it, however that one ends.
  if (process.send !== undefined) process.on('disconnect', stop);
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
}
