import type { World } from '../world.ts';
import { startTurns, type Turn } from './turns.ts';

export type Subject = { readonly kind: string; readonly id: string };
export type TimelineEntry = {
  readonly at: string;
  readonly kind: string;
  readonly id: string;
  readonly rev: number;
  readonly decision: string;
};

/** What a journey saw: real seconds, measured in this run; waits are those of the scaled clock. */
export type Measured = Readonly<Record<string, number | string>>;

export type ScenarioResult = {
  readonly name: string;
  readonly passed: boolean;
  readonly expected: string;
  readonly outcome: string;
  readonly subjects: readonly Subject[];
  readonly timeline: readonly TimelineEntry[];
  readonly measured: Measured;
};

/** What a journey reports while it runs. */
export type Tell = {
  readonly note: (text: string) => void;
  readonly step: (entry: TimelineEntry) => void;
  /** A rollout as the API shows it, with what the judge saw last: for a chart. */
  readonly look?: (rollout: unknown) => void;
};

/** One journey through the whole of Holdfast on the local cloud; services of its own, so that journeys run side by side. */
export type Scenario = {
  readonly name: string;
  readonly expected: string;
  /** Prepares first, beside all others; then breaks something when it is its turn. */
  readonly run: (world: World, tell: Tell, turn: Turn) => Promise<Seen>;
};
type Seen = Omit<ScenarioResult, 'name' | 'expected' | 'passed'>;

/** Runs journeys side by side. */
export function runScenarios(
  world: World,
  scenarios: readonly Scenario[],
  tell: (scenario: Scenario) => Tell,
  done: (result: ScenarioResult) => void = () => undefined,
): Promise<readonly ScenarioResult[]> {
  const turn = startTurns();
  return Promise.all(
    scenarios.map(async (scenario) => {
      const result = await runScenario(world, scenario, tell(scenario), turn);
      done(result);
      return result;
    }),
  );
}

/** Runs one journey; one that throws has failed, with what it threw as its outcome. */
async function runScenario(
  world: World,
  scenario: Scenario,
  tell: Tell,
  turn: Turn,
): Promise<ScenarioResult> {
  const { name, expected } = scenario;
  try {
    const seen = await scenario.run(world, tell, turn);
    return { name, expected, passed: seen.outcome === expected, ...seen };
  } catch (thrown) {
    const outcome = thrown instanceof Error ? thrown.message : String(thrown);
    return { name, expected, passed: false, outcome, subjects: [], timeline: [], measured: {} };
  }
}
