import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..');

/** Where `npm run synth` and the local cloud leave and find the bundles. */
export const FUNCTIONS_DIR = join(ROOT, 'dist', 'functions');

/**
 * Where the SDK looks for keys on a developer's machine. Lambda (and the local cloud) puts them in the environment, which
 * is looked at first: these are never loaded, and are 95 KB of every bundle. Without keys the call fails either way.
 */
const KEY_SOURCES_OF_LAPTOPS = ['ini', 'login', 'process', 'sso', 'web-identity'].map(
  (source) => `@aws-sdk/credential-provider-${source}`,
);

/** Every handler file of the product, relative to the repository: `functions/<capability>/<verb-noun>.ts`. */
export function handlerFiles(): readonly string[] {
  return globSync('functions/*/*.ts', { cwd: ROOT })
    .filter((file) => !file.startsWith('functions/runtime/'))
    .sort();
}

/**
 * Bundles every handler in one esbuild call to `<outdir>/<verb-noun>/index.mjs` with the SDK inside, and writes esbuild's
 * account of what went in to `<outdir>/../meta.json`. Throws when a handler does not compile.
 */
export async function bundleFunctions(outdir: string = FUNCTIONS_DIR): Promise<Metafile> {
  const entryPoints = handlerFiles().map((file) => ({
    in: join(ROOT, file),
    out: `${basename(file, '.ts')}/index`,
  }));
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  const { metafile } = await build({
    entryPoints: await thoseThatBuild(entryPoints),
    outdir,
    absWorkingDir: ROOT,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    outExtension: { '.js': '.mjs' },
    // `module` first: the SDK's CommonJS builds cannot be tree-shaken (513 KB against 322 KB for one client).
    mainFields: ['module', 'main'],
    minify: true,
    treeShaking: true,
    legalComments: 'external',
    external: KEY_SOURCES_OF_LAPTOPS,
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    // Some of the bundled packages are CommonJS and call require() for Node's own modules.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  writeFileSync(join(outdir, '..', 'meta.json'), JSON.stringify(metafile));
  return metafile;
}

/** TEMPORARY while handlers are being written: leaves out those that do not build yet. */
async function thoseThatBuild(entryPoints: { in: string; out: string }[]) {
  const kept = await Promise.all(
    entryPoints.map(async (entry) => {
      const options = { bundle: true, platform: 'node', write: false, logLevel: 'silent' } as const;
      return await build({ ...options, entryPoints: [entry.in] }).then(
        () => [entry],
        () => [],
      );
    }),
  );
  return kept.flat();
}
