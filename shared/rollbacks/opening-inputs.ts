import { isoTime } from '../kernel/index.ts';
import { readAutonomy } from '../services/index.ts';
import { type Attempt, attemptOf } from './attempt.ts';
import { MAX_ATTEMPTS_AT_ONCE, MAX_ATTEMPTS_PER_DAY } from './contract.ts';
import type { OpenInput } from './open-rollback.ts';
import type { RollbackDeps } from './ports.ts';
import { asReading } from './read-world.ts';
import type { OpenRollbackInputs } from './rules/open-rollback.ts';
import { isHealthy, lastRun } from './rules/readings.ts';
import { OPEN_ATTEMPTS_COUNTER } from './take-step.ts';

/** Sweeps of a service at rest are a minute apart; one may be missed. */
const SWEEPS_APART = 150;

/** Everything open-rollback judges: autonomy, kill switch, the episode and the quotas, read now. */
export async function openingInputs(
  deps: RollbackDeps,
  input: OpenInput,
  now: number,
): Promise<OpenRollbackInputs> {
  const { service, environment, trigger } = input;
  const [autonomy, last, page, attemptsToday, attemptsAtOnce] = await Promise.all([
    readAutonomy(deps, { service, environment, action: 'rollback' }),
    deps.work.lastReading(service, environment),
    deps.store.heads({ kind: 'rollback', service, environment, limit: 1 }),
    deps.store.count(dayCounter(service, now)),
    deps.store.count(OPEN_ATTEMPTS_COUNTER),
  ]);
  const previous = page.items[0] === undefined ? undefined : attemptOf(page.items[0]);
  return {
    service,
    environment,
    trigger: { type: trigger.type, id: trigger.id, text: trigger.text },
    level: autonomy.level,
    killSwitchOn: autonomy.killSwitch.on,
    revision: input.revision ?? last?.revision ?? null,
    previous: previous === undefined ? null : await previousOf(deps, previous),
    attemptsToday,
    attemptsAtOnce,
    limits: { perDay: MAX_ATTEMPTS_PER_DAY, atOnce: MAX_ATTEMPTS_AT_ONCE },
  };
}

/** Whether the episode of the newest attempt is over: it ended with restored health, or 60 s of health followed. */
async function previousOf(
  deps: RollbackDeps,
  previous: Attempt,
): Promise<NonNullable<OpenRollbackInputs['previous']>> {
  const { state, data } = previous;
  const endedHealthy = state.kind === 'RollbackComplete' || (state.kind === 'SelfHealed' && !state.flapping);
  const readings = (
    await deps.work.readings(previous.service, previous.environment, data.times.ended ?? previous.updatedAt)
  ).map(asReading);
  const gap = SWEEPS_APART / deps.factor;
  const healthyAfter = readings.some(
    (_, index) =>
      lastRun(readings.slice(0, index + 1), isHealthy, gap).seconds >= deps.timings.healthRestored,
  );
  return { id: previous.id, revision: data.revision ?? null, healthyBetween: endedHealthy || healthyAfter };
}

/** The counter of a service's attempts of a day (UTC), of all its environments together. */
export function dayCounter(service: string, now: number): string {
  return `QUOTA#rollbacks#${service}#${isoTime(now).slice(0, 10)}`;
}
