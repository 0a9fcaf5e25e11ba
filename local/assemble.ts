import { join } from 'node:path';
import { buildAssembly } from './build.ts';

// What `npm test` runs first: the worlds of the tests then find the assembly made, once for all of them.
await buildAssembly({
  root: join(import.meta.dirname, '..'),
  log: (line) => process.stderr.write(`${line}\n`),
});
