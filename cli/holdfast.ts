import { parseArgs } from 'node:util';
import { type Command, EXIT, isCliError } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { terminalIo } from './io.ts';

const COMMON = {
  help: { type: 'boolean', text: 'this text', short: 'h' },
  json: { type: 'boolean', text: 'one JSON document on stdout and nothing else there' },
} as const;

/** Runs one command line and answers its exit code. */
export async function holdfast(argv: readonly string[]): Promise<number> {
  const found = longestMatch(argv);
  if (found === undefined) {
    const wantsHelp = argv.length === 0 || argv.includes('--help') || argv[0] === 'help';
    process.stderr.write(
      `${wantsHelp ? '' : `holdfast: there is no command "${argv.join(' ')}"\n\n`}${overview()}\n`,
    );
    return wantsHelp && argv.length > 0 ? EXIT.yes : EXIT.usage;
  }
  const { command, rest } = found;
  return runCommand(command, rest);
}

async function runCommand(command: Command, rest: readonly string[]): Promise<number> {
  const specs = { ...COMMON, ...command.options };
  let parsed: { values: Record<string, string | boolean | undefined>; positionals: string[] };
  try {
    const options = Object.fromEntries(
      Object.entries(specs).map(([name, spec]) => [
        name,
        { type: spec.type, ...('short' in spec && spec.short !== undefined && { short: spec.short }) },
      ]),
    );
    parsed = parseArgs({ args: [...rest], options, allowPositionals: true }) as typeof parsed;
  } catch (thrown) {
    process.stderr.write(
      `holdfast ${command.name}: ${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${usage(command)}\n`,
    );
    return EXIT.usage;
  }
  if (parsed.values.help === true) {
    process.stdout.write(`${usage(command)}\n`);
    return EXIT.yes;
  }
  const surplus = parsed.positionals[mostArguments(command)];
  if (surplus !== undefined) {
    process.stderr.write(
      `holdfast ${command.name}: "${surplus}" is one argument too many\n\n${usage(command)}\n`,
    );
    return EXIT.usage;
  }
  try {
    return await command.run(parsed.positionals, parsed.values, terminalIo(parsed.values.json === true));
  } catch (thrown) {
    if (!isCliError(thrown)) throw thrown;
    process.stderr.write(`holdfast ${command.name}: ${thrown.message}\n`);
    if (thrown.exitCode === EXIT.usage) process.stderr.write(`\n${usage(command)}\n`);
    return thrown.exitCode;
  }
}

/** As many as its usage line shows; dots mean any number. */
function mostArguments({ args }: Command): number {
  if (args.includes('...')) return Number.POSITIVE_INFINITY;
  return args.split(' ').filter((word) => word !== '').length;
}

function longestMatch(
  argv: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } | undefined {
  for (let words = Math.min(2, argv.length); words > 0; words -= 1) {
    const command = COMMANDS.find((each) => each.name === argv.slice(0, words).join(' '));
    if (command !== undefined) return { command, rest: argv.slice(words) };
  }
  return undefined;
}

function overview(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  const lines = COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return ['usage: holdfast <command> [--help] [--json]', '', ...lines].join('\n');
}

function takesValue(spec: { readonly type: 'string' | 'boolean' }): boolean {
  return spec.type === 'string';
}

function usage(command: Command): string {
  const options = Object.entries({ ...command.options, ...COMMON }).map(
    ([name, spec]) => `  --${name}${takesValue(spec) ? ' VALUE' : ''}  ${spec.text}`,
  );
  return [
    `usage: holdfast ${command.name}${command.args === '' ? '' : ` ${command.args}`}`,
    '',
    command.summary,
    '',
    ...options,
    '',
    `example: ${command.example}`,
  ].join('\n');
}
