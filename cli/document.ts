import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { cliError, EXIT } from './command.ts';

/** A YAML or JSON file; `-` is standard input. Throws a usage error that names the file and the first thing wrong with it. */
export function readDocument(file: string): unknown {
  try {
    return parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown);
    throw cliError(`${file} cannot be read: ${why}`, EXIT.usage);
  }
}
