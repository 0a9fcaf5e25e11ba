import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../aws/shapes.ts';
import type { Metrics } from './metrics.ts';

/** What a function wrote: kept in `<folder>/<function>.log`, and read for metrics in the embedded format. */
export type Output = {
  readonly sink: (functionName: string) => (chunk: string) => void;
  readonly close: () => Promise<void>;
};

export function createOutput(folder: string, metrics: Metrics): Output {
  mkdirSync(folder, { recursive: true });
  const files = new Map<string, WriteStream>();
  return {
    sink: (functionName) => {
      let rest = '';
      return (chunk) => {
        const file =
          files.get(functionName) ?? createWriteStream(join(folder, `${functionName}.log`), { flags: 'a' });
        files.set(functionName, file);
        file.write(chunk);
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        // Cheap test first: most lines are no metrics, and each is parsed only once.
        for (const line of lines) if (line.includes('"_aws"')) metrics.record(parseJson(line));
      };
    },
    close: async () => {
      await Promise.all([...files.values()].map(ended));
    },
  };
}

function ended(file: WriteStream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  file.end(resolve);
  return promise;
}
