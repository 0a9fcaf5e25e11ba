import { copyFileSync, globSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { plainKeys } from './plain-keys.ts';

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
  const { metafile } = await build({
    entryPoints,
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
    plugins: [plainKeys],
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    // Some of the bundled packages are CommonJS and call require() for Node's own modules, and Cedar looks for its WebAssembly beside itself.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url),__dirname=import.meta.dirname;",
    },
    logLevel: 'warning',
  });
  putCedarBeside(metafile);
  // only now: a build that fails leaves the last good bundles where they are
  const built = new Set(entryPoints.map((entry) => dirname(entry.out)));
  for (const name of readdirSync(outdir).filter((found) => !built.has(found))) {
    rmSync(join(outdir, name), { recursive: true });
  }
  writeFileSync(join(outdir, '..', 'meta.json'), JSON.stringify(metafile));
  return metafile;
}

const CEDAR = 'node_modules/@cedar-policy/cedar-wasm/nodejs';

/** The WebAssembly of Cedar (4.3 MB) beside the bundles that hold Cedar, and beside no other. */
function putCedarBeside(metafile: Metafile): void {
  for (const [output, { inputs }] of Object.entries(metafile.outputs)) {
    if (!Object.hasOwn(inputs, `${CEDAR}/cedar_wasm.js`)) continue;
    copyFileSync(join(ROOT, CEDAR, 'cedar_wasm_bg.wasm'), join(ROOT, dirname(output), 'cedar_wasm_bg.wasm'));
  }
}
