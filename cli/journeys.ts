import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { cliError, EXIT } from './command.ts';
import { type Io, paint } from './io.ts';
import { type DrawnLine, liveArea } from './live-area.ts';
import { chartOf, lookText } from './rollout-chart.ts';
import { RolloutView, standingOf } from './rollout-view.ts';

/** Of the longest name of a journey. */
const NAME_WIDTH = 24;

const Entry = z.object({
  at: z.string(),
  kind: z.string(),
  id: z.string(),
  rev: z.number(),
  decision: z.string(),
});
const Result = z.object({
  name: z.string(),
  passed: z.boolean(),
  expected: z.string(),
  outcome: z.string(),
  subjects: z.array(z.object({ kind: z.string(), id: z.string() })),
  timeline: z.array(Entry),
  measured: z.record(z.string(), z.union([z.number(), z.string()])),
});
export type ScenarioResult = z.infer<typeof Result>;

const Line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), text: z.string() }),
  z.object({ type: z.literal('ready'), api: z.string(), token: z.string() }),
  z.object({ type: z.literal('note'), scenario: z.string(), text: z.string() }),
  z.object({ type: z.literal('step'), scenario: z.string(), entry: Entry }),
  z.object({ type: z.literal('look'), scenario: z.string(), rollout: RolloutView }),
  z.object({ type: z.literal('result'), result: Result }),
  z.object({ type: z.literal('done') }),
]);

export type Journeys = {
  readonly target: { readonly api: string; readonly token: string };
  readonly speed: string;
  readonly results: () => Promise<readonly ScenarioResult[]>;
  readonly stop: () => Promise<void>;
};

/**
 * Runs journeys in a process of their own, on a fresh local cloud, and tells their timeline as it happens. The process
 * stays until `stop`, so that its ledger can be read. Throws a CliError when it does not come up.
 */
export async function startJourneys(io: Io, names: readonly string[], speed: string): Promise<Journeys> {
  const main = join(import.meta.dirname, '../local/scenarios/main.ts');
  const child = spawn(process.execPath, [main, '--speed', speed, ...names], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const startedAt = Date.now();
  const results: ScenarioResult[] = [];
  const target = Promise.withResolvers<{ api: string; token: string }>();
  const done = Promise.withResolvers<void>();
  done.promise.catch(() => undefined);
  child.on('exit', (code) => {
    const error = cliError(
      `the journeys ended early (exit ${code})`,
      code === EXIT.usage ? EXIT.usage : EXIT.no,
    );
    target.reject(error);
    done.reject(error);
  });
  const show = showing(io, () => (Date.now() - startedAt) / 1000);
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = Line.parse(JSON.parse(text));
    if (line.type === 'ready') target.resolve(line);
    if (line.type === 'result') results.push(line.result);
    if (line.type === 'done') done.resolve();
    show(line);
  });
  const known = await target.promise;
  return {
    target: known,
    speed,
    results: async () => {
      await done.promise;
      return results;
    },
    stop: () => stop(child),
  };
}

/** Lines that stay above, and the rollouts that run at the foot of a terminal: one line a judgement where there is none. */
function showing(io: Io, seconds: () => number): (line: z.infer<typeof Line>) => void {
  const area = liveArea(io);
  const charts = new Map<string, RolloutView>();
  return (line) => {
    const told = tell(io, line, seconds());
    if (told !== undefined) area.say(told);
    if (line.type === 'look' && line.rollout.judgement !== undefined) charts.set(line.scenario, line.rollout);
    if (line.type === 'result') charts.delete(line.result.name);
    area.draw(footOf([...charts.values()], io));
  };
}

/** Charts where all of them fit, else a line for each. */
function footOf(rollouts: readonly RolloutView[], { size }: Io): readonly DrawnLine[] {
  const whole = rollouts.flatMap((rollout) => [{ text: '' }, ...chartOf(rollout)]);
  const fits = whole.length < (size?.rows ?? 0) / 2;
  return fits ? whole : rollouts.map((rollout) => ({ text: lookText(rollout) }));
}

function tell(io: Io, line: z.infer<typeof Line>, seconds: number): string | undefined {
  const name = (scenario: string) => scenario.padEnd(NAME_WIDTH);
  const at = paint(io, 'dim', `${seconds.toFixed(1).padStart(5)} s`);
  switch (line.type) {
    case 'progress':
      return `${at}  ${line.text}`;
    case 'ready':
      return `${at}  the local cloud is ready at ${line.api}`;
    case 'note':
      return `${at}  ${name(line.scenario)}  ${line.text}`;
    case 'step':
      return `${at}  ${name(line.scenario)}  ${paint(io, 'bold', stepText(line.entry))}`;
    case 'result':
      return `${at}  ${name(line.result.name)}  ${line.result.passed ? paint(io, 'green', 'passed') : paint(io, 'red', 'FAILED')}: ${line.result.outcome}`;
    case 'look':
      return io.size === undefined && standingOf(line.rollout) !== undefined
        ? `${at}  ${name(line.scenario)}  ${lookText(line.rollout)}`
        : undefined;
    case 'done':
      return undefined;
  }
}

/** A first decision has no state before it: its event is how the subject was born. */
export function stepText({
  kind,
  rev,
  decision,
}: Pick<z.infer<typeof Entry>, 'kind' | 'rev' | 'decision'>): string {
  return rev === 1 ? `${kind} opened: ${decision.split(' -> ').at(-1)}` : decision;
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  child.removeAllListeners('exit');
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.stdin?.end();
  return ended;
}
