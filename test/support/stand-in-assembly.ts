import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { contentHash } from '../../local/build.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAUSE_MS = 100;
/** Whoever synthesises is given up after this long: it was killed. A machine with much else to do needs minutes. */
const PATIENCE_MS = 240_000;
const KEPT_MS = 86_400_000;

/**
 * The cloud assembly of the sources as they are, with an empty file for each bundle. A synthesis takes eight seconds of
 * a processor, so the first test file that needs one makes it for all: the others wait for it.
 */
export async function standInAssembly(): Promise<string> {
  const folder = join(ROOT, '.holdfast', 'stand-in', contentHash(ROOT));
  for (let waited = 0; !existsSync(folder); waited += PAUSE_MS) {
    if (waited >= PATIENCE_MS) rmSync(`${folder}.lock`, { recursive: true, force: true });
    if (isFirst(folder)) await synthesiseTo(folder);
    else await sleep(PAUSE_MS);
  }
  return folder;
}

function isFirst(folder: string): boolean {
  mkdirSync(join(folder, '..'), { recursive: true });
  try {
    mkdirSync(`${folder}.lock`);
    return true;
  } catch {
    return false;
  }
}

async function synthesiseTo(folder: string): Promise<void> {
  const [{ handlerFiles }, { buildApp }] = await Promise.all([
    import('../../infra/bundle.ts'),
    import('../../infra/holdfast.ts'),
  ]);
  forgetOld(join(folder, '..'));
  const work = join(`${folder}.lock`, String(process.pid));
  const functionsDir = join(work, 'functions');
  try {
    // it may have been made between the look and the lock
    if (existsSync(folder)) return;
    for (const file of handlerFiles()) {
      const bundle = join(functionsDir, basename(file, '.ts'));
      mkdirSync(bundle, { recursive: true });
      writeFileSync(join(bundle, 'index.mjs'), `export const handler = '${file}';\n`);
    }
    renameSync(buildApp({ outdir: join(work, 'cdk.out'), functionsDir }).synth().directory, folder);
  } finally {
    rmSync(`${folder}.lock`, { recursive: true, force: true });
  }
}

/** Of sources that were changed since. */
function forgetOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const one = join(folder, name);
    if (Date.now() - statSync(one).mtimeMs > KEPT_MS) rmSync(one, { recursive: true, force: true });
  }
}
