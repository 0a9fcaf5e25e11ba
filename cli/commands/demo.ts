import { type Command, EXIT } from '../command.ts';
import { api } from '../http.ts';
import { type Io, paint, table } from '../io.ts';
import { type ScenarioResult, startJourneys } from '../journeys.ts';
import { type ReplayReport, replayOverApi } from './ledger-replay.ts';
import { exitOf, type LedgerReport, reportLines, verifyOverApi } from './ledger-verify.ts';

const VERSION = 1;

export const demoCommand: Command = {
  name: 'demo',
  summary:
    'The whole story on a fresh local cloud: really degraded services, rolled back for real; measures it, verifies and replays the ledger, and ends by itself.',
  args: '[SCENARIO...]',
  options: { speed: { type: 'string', text: 'divides waits and deadlines, 1 to 10 (default 10)' } },
  example: 'holdfast demo rollback-staging --json',
  run: async (positionals, options, io) => {
    const startedAt = Date.now();
    const journeys = await startJourneys(
      io,
      positionals,
      typeof options.speed === 'string' ? options.speed : '10',
    );
    try {
      const scenarios = await journeys.results();
      const call = api(journeys.target);
      const ledger = await verifyOverApi(call, true);
      const replay = await replayOverApi(call);
      const seconds = (Date.now() - startedAt) / 1000;
      io.document(documentOf(seconds, scenarios, ledger, replay));
      report(io, journeys.speed, seconds, scenarios, ledger, replay);
      const sound = exitOf(ledger) === EXIT.yes && replay.findings.length === 0 && replay.decisions > 0;
      return sound && scenarios.length > 0 && scenarios.every((each) => each.passed) ? EXIT.yes : EXIT.no;
    } finally {
      await journeys.stop();
    }
  },
};

function documentOf(
  seconds: number,
  scenarios: readonly ScenarioResult[],
  ledger: LedgerReport,
  replay: ReplayReport,
) {
  const size = ledger.verification.kind === 'sound' ? ledger.verification.size : 0;
  return {
    version: VERSION,
    seconds,
    scenarios,
    ledger: {
      entries: size,
      size,
      root: ledger.root,
      verified: ledger.verification.kind === 'sound',
      complete: ledger.completeness?.complete ?? false,
    },
    replay: { decisions: replay.decisions, identical: replay.identical },
  };
}

const COLUMNS = [
  'detect',
  'confirm',
  'pullRequest',
  'ci',
  'merge',
  'recover',
  'whole',
  'controlPlane',
] as const;

function report(
  io: Io,
  speed: string,
  seconds: number,
  scenarios: readonly ScenarioResult[],
  ledger: LedgerReport,
  replay: ReplayReport,
): void {
  const rows = scenarios.map((each) => [
    each.passed ? paint(io, 'green', 'passed') : paint(io, 'red', 'FAILED'),
    each.name,
    each.outcome,
    ...COLUMNS.map((column) => secondsText(each.measured[`${column}Seconds`])),
  ]);
  io.out('');
  io.out(`Measured in this run, in real seconds; waits and deadlines run ${speed} times faster than on AWS.`);
  io.out("controlPlane = what the workflow's tasks took, waits apart.");
  io.out('');
  io.out(table([['', 'SCENARIO', 'OUTCOME', ...COLUMNS.map((column) => column.toUpperCase())], ...rows]));
  io.out('');
  for (const line of reportLines(ledger))
    io.out(paint(io, exitOf(ledger) === EXIT.yes ? 'green' : 'red', line));
  io.out(`${replay.identical} of ${replay.decisions} decisions replayed to the same bytes`);
  for (const finding of replay.findings)
    io.out(paint(io, 'red', `  ${finding.kind} ${finding.id} rev ${finding.rev}: ${finding.problem}`));
  const ids = scenarios.flatMap((each) => each.subjects.map((subject) => `${subject.kind} ${subject.id}`));
  if (ids.length > 0)
    io.out(
      `\n${ids.length} subjects in ${seconds.toFixed(1)} s. Their cloud is gone; \`holdfast local start\` runs one to try by hand.`,
    );
}

function secondsText(value: number | string | undefined): string {
  return typeof value === 'number' ? value.toFixed(2) : '-';
}
