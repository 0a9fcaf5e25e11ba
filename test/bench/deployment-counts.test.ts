import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Counts, readUnitsOf, unitsOf } from '../../bench/cost-counts.ts';
import type { DecisionWrite } from '../../shared/kernel/index.ts';
import type { MetricsWindow } from '../../shared/ports/metrics.ts';
import { historyOf } from '../local/states/harness.ts';
import { deploymentRun } from '../support/deployment-run.ts';

type Called = { readonly call: string; readonly input: readonly unknown[] };
type Calls = Called[];

/** The same port, writing down what is called. */
function watched<Port extends object>(name: string, port: Port, calls: Calls): Port {
  return new Proxy(port, {
    get: (target, property, receiver) => {
      const method = Reflect.get(target, property, receiver);
      if (typeof method !== 'function') return method;
      return (...input: unknown[]) => {
        calls.push({ call: `${name}.${String(property)}`, input });
        return Reflect.apply(method, target, input);
      };
    },
  });
}

/** One good deployment up the ladder of a low risk, by both machines: what it makes AWS do. */
async function countsOf(environment: string) {
  const run = await deploymentRun({ environment, stages: 'ladder', bakeSeconds: 600 });
  const calls: Calls = [];
  for (const name of ['judgements', 'leases'] as const)
    Object.assign(run.rolloutDeps, { [name]: watched(name, run.rolloutDeps[name], calls) });
  for (const deps of [run.deps, run.rolloutDeps])
    for (const name of ['store', 'work', 'metrics', 'traffic'] as const)
      Object.assign(deps, { [name]: watched(name, deps[name], calls) });
  // a little quicker than the version before: the traffic in memory draws slow requests in fives, which may look like harm
  run.publish({ failing: 0.005, slow: 0.005 });
  const id = await run.request();
  if (environment === 'production') await run.answer('approve');
  const minutes = await run.minutes(90, async () => (await run.deployment(id)).state.kind === 'Completed');
  const state = (await run.deployment(id)).state.kind;
  const histories = await Promise.all([
    historyOf(run.governing, id),
    historyOf(run.rolling, id.replace(/^dep_/, 'rol_')),
  ]);
  const tasks = run.tasks.flat();
  const moves = run.traffic.moves.length;
  await run.close();
  const sweeps = Array.from({ length: minutes }, () => ({ name: 'JudgeRollouts', waited: 0 }));
  const of = (pattern: RegExp) => calls.filter(({ call }) => pattern.test(call));
  const writes = of(/^store\.write$/).map(({ input }) => input[0] as DecisionWrite);
  const judgements = of(/^judgements\.put$/).map(({ input }) =>
    Math.ceil(JSON.stringify(input).length / 1024),
  );
  const counts: Counts = {
    transitions: histories.flat().filter(({ type }) => type.endsWith('StateEntered')).length,
    ran: tasks.map((name) => ({ name, waited: 0 })),
    watched: sweeps,
    writeUnits:
      writes.reduce((sum, write) => sum + unitsOf(write), 0) +
      judgements.reduce((sum, units) => sum + units, 0) +
      of(/^(work\.(put|delete|mark)|leases\.(acquire|renew|release))/).length,
    readUnits:
      readUnitsOf(calls.map(({ call }) => call)) +
      of(/^(judgements\.get|leases\.holds)$/).length +
      writes.length,
    metricsAsked: of(/^metrics\./).reduce((sum, called) => sum + statisticsOf(called), 0),
    events: writes.reduce((sum, { envelope }) => sum + envelope.events.length, 0),
    decisions: writes.length,
    measuredBy: null,
  };
  return { environment, counts, minutes, moves, state };
}

/** Statistics that the CloudWatch adapter asks for: requests, errors, each threshold; of both arms, or of all. */
function statisticsOf({ call, input }: Called): number {
  const QUANTILE_CANDIDATES = 70;
  if (call === 'metrics.thresholds') return 2 + QUANTILE_CANDIDATES;
  // CloudWatch counts at any threshold: its adapter answers this without asking
  if (call === 'metrics.edge') return 0;
  const { thresholds } = input[1] as MetricsWindow;
  return (call === 'metrics.counts' ? 2 : 1) * (2 + thresholds.length);
}

test('a good deployment is counted whole, from the request to its end, in staging and in production', async () => {
  const counted = [await countsOf('staging'), await countsOf('production')];
  for (const { state, moves, counts, minutes } of counted) {
    expect(state).toBe('Completed');
    expect(moves).toBe(5);
    expect(counts.transitions).toBeGreaterThan(counts.ran.length);
    expect(counts.watched).toHaveLength(minutes);
    expect(counts.decisions).toBeGreaterThan(10);
  }
  const [staging, production] = counted;
  expect(production?.counts.decisions).toBeGreaterThan(staging?.counts.decisions ?? 0);
  // biome-ignore lint/style/noProcessEnv: how the bench asks for the numbers
  const file = process.env.HOLDFAST_COUNTS;
  if (file !== undefined) writeFileSync(file, JSON.stringify(counted));
}, 120_000);
