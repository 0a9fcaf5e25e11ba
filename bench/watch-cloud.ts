import { appendFileSync } from 'node:fs';
import { watchServed } from './served-requests.ts';

/** Loaded into the process of the local cloud before it starts: writes down what that process serves, a line each. */
// biome-ignore lint/style/noProcessEnv: the bench that started the process names the file
const file = process.env.HOLDFAST_BENCH_CALLS;
if (file !== undefined) watchServed((request) => appendFileSync(file, `${JSON.stringify(request)}\n`));
