import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseJson, textAt } from './cloud/aws/shapes.ts';

const SOURCES = ['infra/**/*', 'functions/**/*', 'shared/**/*', 'statemachines/**/*'];
const SINGLE = ['package-lock.json', 'cdk.json'];

/**
 * Bundles and synthesises, unless nothing that goes into it has changed since the last time. `root` is the repository.
 * Throws with the synthesis' own words when it fails.
 */
export async function buildAssembly(options: {
  readonly root: string;
  readonly log: (line: string) => void;
}): Promise<{ readonly assembly: string; readonly built: boolean }> {
  const assembly = join(options.root, 'cdk.out');
  const stamp = join(options.root, '.holdfast', 'build.json');
  const hash = contentHash(options.root);
  const known = existsSync(stamp) ? textAt(parseJson(readFileSync(stamp, 'utf8')), 'hash') : undefined;
  if (known === hash && existsSync(join(assembly, 'manifest.json'))) return { assembly, built: false };
  options.log('building and synthesising: the sources have changed');
  await synthesise(options.root, assembly);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, JSON.stringify({ hash, at: new Date().toISOString() }));
  return { assembly, built: true };
}

/** SHA-256 over the names and bytes of everything that is bundled or synthesised. */
export function contentHash(root: string): string {
  const hash = createHash('sha256');
  const files = globSync(SOURCES, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of [...files, ...SINGLE.map((name) => join(root, name))].sort()) {
    if (!existsSync(file)) continue;
    const bytes = readFileSync(file);
    hash.update(`${file.slice(root.length)}\0${bytes.byteLength}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/** The app itself writes the assembly when CDK_OUTDIR names a folder: the CLI around it would only add seconds. */
async function synthesise(root: string, assembly: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // biome-ignore lint/style/noProcessEnv: the child needs the caller's PATH and HOME
  const env = { ...process.env, CDK_OUTDIR: assembly, CDK_DISABLE_CLI_TELEMETRY: 'true' };
  const child = spawn(process.execPath, ['infra/app.ts'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
  }
  child.once('error', reject);
  child.once('exit', (code) => {
    if (code === 0) resolve();
    else reject(new Error(`the synthesis failed (${code}):\n${said}`));
  });
  await promise;
}
