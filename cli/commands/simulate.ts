import { type Command, cliError, EXIT, type Options, oneOf, textOption } from '../command.ts';
import { readDocument } from '../document.ts';
import type { Io } from '../io.ts';
import { readSet } from '../policy-document.ts';
import { printStudy } from '../study/print.ts';
import { ARMS, runStudy } from '../study/study.ts';

const PLACES = ['production', 'staging'] as const;

export const simulateCommand: Command = {
  name: 'simulate',
  summary:
    'Lets seeded changes, of which some are bad in truth, meet the rules of production: governed and ungoverned, and without one pillar at a time. The same options give the same bytes.',
  args: '',
  options: {
    deployments: { type: 'string', short: 'n', text: 'changes, 1 to 1000000 (2000)' },
    services: { type: 'string', text: 'services, 1 to 500 (20)' },
    seed: { type: 'string', text: 'a whole number from 0; 0 is a seed like any other (1)' },
    policy: {
      type: 'string',
      text: 'a file with a set of policies; without it those that Holdfast comes with',
    },
    environment: { type: 'string', text: 'production, where people approve, or staging (production)' },
    minutes: { type: 'string', text: 'between two looks of the judge, 1 to 5 (1)' },
  },
  example: 'holdfast simulate -n 2000 --seed 7 --policy policies.yaml',
  run: async (_positionals, options, io) => {
    const file = textOption(options, 'policy');
    const policies = await readSet(file === undefined ? undefined : readDocument(file));
    const settings = {
      deployments: whole(options, 'deployments', { least: 1, most: 1_000_000, usual: 2000 }),
      services: whole(options, 'services', { least: 1, most: 500, usual: 20 }),
      seed: whole(options, 'seed', { least: 0, most: 2 ** 32 - 1, usual: 1 }),
      environment: oneOf(PLACES, textOption(options, 'environment') ?? 'production', '--environment'),
      step: whole(options, 'minutes', { least: 1, most: 5, usual: 1 }),
      ...{ policies, retrieval: true, arms: ARMS },
    };
    const study = runStudy(settings, tellsProgress(io));
    io.document(study);
    printStudy(study, io);
    return EXIT.yes;
  },
};

function tellsProgress(io: Io): (name: string) => void {
  let ended = 0;
  return (name) => {
    ended += 1;
    io.say(`${'#'.repeat(ended)}${'.'.repeat(ARMS.length - ended)} ${name}`);
  };
}

type Bounds = { readonly least: number; readonly most: number; readonly usual: number };

/** A whole number of an option. Throws a usage error that names it. */
function whole(options: Options, name: string, { least, most, usual }: Bounds): number {
  const text = textOption(options, name);
  if (text === undefined) return usual;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw cliError(`--${name} must be a whole number from ${least} to ${most}`, EXIT.usage);
}
