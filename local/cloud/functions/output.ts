import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../aws/shapes.ts';

/** What functions write: kept in `<folder>/<function>.log`, and read for metrics in the embedded format. */
export function createOutput(folder: string, metric: (document: unknown) => void) {
  mkdirSync(folder, { recursive: true });
  const files: WriteStream[] = [];
  return {
    sink: (functionName: string): ((chunk: string) => void) => {
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
    close: async (): Promise<void> => {
      await Promise.all(files.map((file) => new Promise<void>((done) => file.end(done))));
    },
  };
}
