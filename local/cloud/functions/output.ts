import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../aws/shapes.ts';

/** What a function wrote: kept in `<folder>/<function>.log`, and read for metrics in the embedded format. */
export type Output = {
  readonly sink: (functionName: string) => (chunk: string) => void;
  readonly close: () => Promise<void>;
};

export function createOutput(folder: string, metric: (document: unknown) => void): Output {
  mkdirSync(folder, { recursive: true });
  const files: WriteStream[] = [];
  return {
    sink: (functionName) => {
      const file = createWriteStream(join(folder, `${functionName}.log`), { flags: 'a' });
      files.push(file);
      let rest = '';
      return (chunk) => {
        file.write(chunk);
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        // Cheap test first: most lines are no metrics, and each is parsed only once.
        for (const line of lines) if (line.includes('"_aws"')) metric(parseJson(line));
      };
    },
    close: async () => {
      await Promise.all(files.map((file) => new Promise<void>((done) => file.end(done))));
    },
  };
}
