import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../aws/shapes.ts';

/** A busy function writes thousands of lines a second: one write to its file for each tenth of one. */
const GATHER_MS = 100;

/** What functions write: kept in `<folder>/<function>.log`, and read for metrics in the embedded format. */
export function createOutput(folder: string, metric: (document: unknown) => void) {
  mkdirSync(folder, { recursive: true });
  const ends: (() => Promise<void>)[] = [];
  return {
    sink: (functionName: string): ((chunk: string) => void) => {
      const file = createWriteStream(join(folder, `${functionName}.log`), { flags: 'a' });
      let gathered = '';
      let rest = '';
      const write = (): void => {
        if (!file.writableEnded) file.write(gathered);
        gathered = '';
      };
      ends.push(() => new Promise((done) => file.end(gathered, done)));
      return (chunk) => {
        if (gathered === '') setTimeout(write, GATHER_MS).unref();
        gathered += chunk;
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        // Cheap test first: most lines are no metrics, and each is parsed only once.
        for (const line of lines) if (line.includes('"_aws"')) metric(parseJson(line));
      };
    },
    close: async (): Promise<void> => {
      await Promise.all(ends.map((end) => end()));
    },
  };
}
