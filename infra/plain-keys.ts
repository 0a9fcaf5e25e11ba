import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Writes the SDK's computed keys out (`{ [_hH]: 1 }` with `const _hH = "httpHeader"` becomes `{ "httpHeader": 1 }`).
 * A computed key might have an effect, so esbuild keeps every schema that has one: all 400 of the Lambda client for one
 * call, 45 KB of a bundle.
 */
export const plainKeys: Plugin = {
  name: 'plain-keys',
  setup: (build) => {
    build.onLoad({ filter: /@aws-sdk[/\\].*[/\\]schemas[/\\]schemas_\d+\.js$/ }, async ({ path }) => ({
      contents: withPlainKeys(await readFile(path, 'utf8')),
    }));
  },
};

/** The same module with every computed key whose constant is a string in the module written out. */
export function withPlainKeys(text: string): string {
  const constants = new Map(
    [...text.matchAll(/^const (\w+) = ("[^"\\]*");$/gm)].map(([, name, value]) => [name, value]),
  );
  return text.replaceAll(/\[(\w+)\]:/g, (whole, name: string) => {
    const value = constants.get(name);
    return value === undefined ? whole : `${value}:`;
  });
}
