import { type Command, EXIT } from '../command.ts';
import { api } from '../http.ts';
import { type Io, paint, table } from '../io.ts';
import { type ScenarioResult, startJourneys } from '../journeys.ts';
import { percentText } from '../rollout-view.ts';
import { checkDemoLedger, type DemoLedger, demoLedgerLines, isSound } from './demo-ledger.ts';
import { type ReplayReport, replayOverApi } from './ledger-replay.ts';

const VERSION = 1;

export const demoCommand: Command = {
  name: 'demo',
  summary:
    'The whole story on a fresh local cloud: services that really degrade and go back, changes that are really rolled out; measures it, verifies and replays the ledger, and ends by itself.',
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
      const ledger = await checkDemoLedger(journeys.target, io);
      const replay = await replayOverApi(call);
      const seconds = (Date.now() - startedAt) / 1000;
      io.document(documentOf(seconds, scenarios, ledger, replay));
      report(io, journeys.speed, seconds, scenarios, ledger, replay);
      const sound = isSound(ledger) && replay.findings.length === 0 && replay.decisions > 0;
      return sound && scenarios.length > 0 && scenarios.every((each) => each.passed) ? EXIT.yes : EXIT.no;
    } finally {
      await journeys.stop();
    }
  },
};

function documentOf(
  seconds: number,
  scenarios: readonly ScenarioResult[],
  ledger: DemoLedger,
  replay: ReplayReport,
) {
  const { report: own, checkpoint } = ledger;
  const size = own.verification.kind === 'sound' ? own.verification.size : 0;
  return {
    version: VERSION,
    seconds,
    scenarios,
    ledger: {
      entries: size,
      size,
      root: own.root,
      verified: own.verification.kind === 'sound' && ledger.audit.verdict === 'sound',
      complete: own.completeness?.complete ?? false,
      ...(checkpoint !== undefined && { checkpoint }),
    },
    replay: { decisions: replay.decisions, identical: replay.identical },
  };
}

/** Journeys that go back, and journeys that roll out, are measured by different things. */
const ROLLBACK_COLUMNS = [
  'detect',
  'confirm',
  'pullRequest',
  'ci',
  'merge',
  'recover',
  'whole',
  'controlPlane',
] as const;

const DEPLOYMENT_COLUMNS = [
  { head: 'VERDICT', name: 'verdictSeconds' },
  { head: 'TO 0 %', name: 'toZeroSeconds' },
  { head: 'REQUESTS', name: 'requests' },
  { head: 'TO CANARY', name: 'canaryShare' },
  { head: 'FAILED THERE', name: 'failedByCanary' },
  { head: 'LN E', name: 'logE' },
  { head: 'LN E SAFE', name: 'logSafe' },
  { head: 'WHOLE', name: 'wholeSeconds' },
  { head: 'CONTROLPLANE', name: 'controlPlaneSeconds' },
] as const;

function report(
  io: Io,
  speed: string,
  seconds: number,
  scenarios: readonly ScenarioResult[],
  ledger: DemoLedger,
  replay: ReplayReport,
): void {
  const rolledOut = scenarios.filter(isDeployment);
  const rolledBack = scenarios.filter((each) => !isDeployment(each));
  io.out('');
  io.out(`Measured in this run, in real seconds; waits and deadlines run ${speed} times faster than on AWS.`);
  io.out("controlPlane = what the workflow's tasks took, waits apart.");
  if (rolledBack.length > 0) io.out(`\n${rollbackTable(io, rolledBack)}`);
  if (rolledOut.length > 0) io.out(`\n${deploymentTable(io, rolledOut)}`);
  io.out('');
  for (const line of demoLedgerLines(ledger)) io.out(paint(io, isSound(ledger) ? 'green' : 'red', line));
  io.out(`${replay.identical} of ${replay.decisions} decisions replayed to the same bytes`);
  for (const finding of replay.findings)
    io.out(paint(io, 'red', `  ${finding.kind} ${finding.id} rev ${finding.rev}: ${finding.problem}`));
  const ids = scenarios.flatMap((each) => each.subjects.map((subject) => `${subject.kind} ${subject.id}`));
  if (ids.length > 0)
    io.out(
      `\n${ids.length} subjects in ${seconds.toFixed(1)} s. Their cloud is gone; \`holdfast local start\` runs one to try by hand.`,
    );
}

function isDeployment({ subjects }: ScenarioResult): boolean {
  return subjects.some(({ kind }) => kind === 'deployment');
}

function headOf(io: Io, { passed, name, outcome }: ScenarioResult): readonly string[] {
  return [passed ? paint(io, 'green', 'passed') : paint(io, 'red', 'FAILED'), name, outcome];
}

function rollbackTable(io: Io, scenarios: readonly ScenarioResult[]): string {
  const rows = scenarios.map((each) => [
    ...headOf(io, each),
    ...ROLLBACK_COLUMNS.map((column) => numberText(each.measured[`${column}Seconds`])),
  ]);
  return table([['', 'SCENARIO', 'OUTCOME', ...ROLLBACK_COLUMNS.map((each) => each.toUpperCase())], ...rows]);
}

/** Shares are of all requests from the first shift to 0 % or to all of the traffic. */
function deploymentTable(io: Io, scenarios: readonly ScenarioResult[]): string {
  const rows = scenarios.map((each) => [
    ...headOf(io, each),
    ...DEPLOYMENT_COLUMNS.map(({ name }) => measuredText(name, each.measured[name])),
  ]);
  return table([['', 'SCENARIO', 'OUTCOME', ...DEPLOYMENT_COLUMNS.map(({ head }) => head)], ...rows]);
}

function measuredText(name: string, value: number | string | undefined): string {
  if (typeof value !== 'number') return '-';
  if (name === 'requests') return String(value);
  return name === 'canaryShare' || name === 'failedByCanary' ? percentText(value) : numberText(value);
}

function numberText(value: number | string | undefined): string {
  return typeof value === 'number' ? value.toFixed(2) : '-';
}
