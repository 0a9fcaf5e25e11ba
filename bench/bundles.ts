import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { bundleFunctions, FUNCTIONS_DIR } from '../infra/bundle.ts';
import { type Bench, held, type Measured, ROOT, type Say } from './result.ts';
import { median, rounded } from './statistics.ts';

const run = promisify(execFile);
const IMPORTS = 10;
const KB = 1000;

type Output = { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> };
type Bundle = {
  readonly name: string;
  readonly kilobytes: number;
  readonly family: 'store' | 'forge';
  readonly largest: readonly { readonly input: string; readonly kilobytes: number }[];
};

/** Sizes on disk, and the time from `import()` to the loaded module in processes of their own, without a compile cache. */
export const bundlesBench: Bench = {
  name: 'bundles',
  summary: 'Size of every function as it is uploaded, SDK inside, and how long Node takes to import it.',
  run: measure,
};

async function measure(say: Say): Promise<Measured> {
  const { outputs } = await bundleFunctions();
  const bundles = readdirSync(FUNCTIONS_DIR)
    .sort()
    .map((name) => bundleOf(name, outputs));
  const samples: Record<string, number[]> = {};
  // Round by round, so that a busy moment of the machine falls on all bundles alike.
  for (let round = 0; round < IMPORTS; round += 1) {
    for (const { name } of bundles) samples[name] = [...(samples[name] ?? []), await importTime(name)];
    say(`  import round ${round + 1} of ${IMPORTS}`);
  }
  const medians = bundles.map(({ name }) => median(samples[name] ?? []));
  const largestOf = (family: Bundle['family']) =>
    Math.max(...bundles.filter((each) => each.family === family).map(({ kilobytes }) => kilobytes));
  return {
    rows: [
      held(
        { measure: 'largest bundle with the store only', value: largestOf('store'), unit: 'KB' },
        { below: 520 },
      ),
      held(
        { measure: 'largest bundle with the forge', value: largestOf('forge'), unit: 'KB' },
        { below: 800 },
      ),
      held(
        {
          measure: 'import, slowest bundle (median of 10)',
          value: rounded(Math.max(...medians)),
          unit: 'ms',
        },
        { below: 150 },
      ),
      { measure: 'import, median bundle', value: rounded(median(medians)), unit: 'ms' },
    ],
    samples,
    details: bundles.map((each, index) => ({ ...each, importMs: rounded(medians[index] ?? 0) })),
    notes: largestInputs(bundles),
  };
}

function bundleOf(name: string, outputs: Readonly<Record<string, Output>>): Bundle {
  const file = join(FUNCTIONS_DIR, name, 'index.mjs');
  const inputs = Object.entries(outputs[relative(ROOT, file)]?.inputs ?? {}).sort(
    ([, one], [, other]) => other.bytesInOutput - one.bytesInOutput,
  );
  return {
    name,
    kilobytes: rounded(statSync(file).size / KB),
    family: inputs.some(([input]) => input.includes('adapters/github/')) ? 'forge' : 'store',
    largest: inputs.slice(0, 5).map(([input, { bytesInOutput }]) => ({
      input: input.replace(/^.*node_modules\//, ''),
      kilobytes: rounded(bytesInOutput / KB),
    })),
  };
}

async function importTime(name: string): Promise<number> {
  const url = pathToFileURL(join(FUNCTIONS_DIR, name, 'index.mjs')).href;
  const script = `const t=performance.now();await import(${JSON.stringify(url)});console.log(performance.now()-t);process.exit()`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
  return rounded(Number(stdout.trim()));
}

/** A line for the largest bundle of each family. */
function largestInputs(bundles: readonly Bundle[]): readonly string[] {
  return (['store', 'forge'] as const).flatMap((family) => {
    const [first] = bundles
      .filter((each) => each.family === family)
      .sort((one, other) => other.kilobytes - one.kilobytes);
    if (first === undefined) return [];
    const inputs = first.largest.map(({ input, kilobytes }) => `${input} ${kilobytes} KB`).join(', ');
    return [
      `Largest with the ${family}: ${first.name}, ${first.kilobytes} KB; of it ${inputs}. 1 KB = 1,000 bytes.`,
    ];
  });
}
