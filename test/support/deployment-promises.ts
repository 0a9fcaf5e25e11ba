import * as deploymentTable from '../../shared/deployments/transitions.ts';
import type { Decision } from '../../shared/kernel/index.ts';
import * as rolloutTable from '../../shared/rollouts/transitions.ts';
import type { MemoryStore } from './memory-store.ts';

type Steps = readonly Decision[];
const LARGEST = 65_536;
const REFUSALS = ['refuse-rollout-event', 'refuse-deployment-event'];

/** Every promise of deployments and rollouts that the recorded decisions of a store break, one sentence each. */
export async function brokenPromises(store: MemoryStore): Promise<readonly string[]> {
  const subjects = new Map(store.written.map(({ kind, id }) => [`${kind}/${id}`, { kind, id }]));
  const all = await Promise.all(
    [...subjects.keys()].map(async (name): Promise<readonly [string, Steps]> => {
      const { kind, id } = subjects.get(name) ?? { kind: 'rollout', id: '' };
      return [name, (await store.decisions({ kind, id })).flatMap(({ decision }) => decision ?? [])];
    }),
  );
  const of = (kind: string) => all.filter(([name]) => name.startsWith(`${kind}/`));
  return [
    ...all.flatMap(([name, steps]) => tooLarge(name, steps)),
    ...of('deployment').flatMap(([name, steps]) => offTable(name, steps, deploymentTable.isAllowed)),
    ...of('rollout').flatMap(([name, steps]) => offTable(name, steps, rolloutTable.isAllowed)),
    ...of('rollout').flatMap(([name, steps]) => wrongMoves(name, steps)),
    ...of('rollout').flatMap(([name]) => uncleared(name, all)),
  ];
}

function tooLarge(name: string, steps: Steps): readonly string[] {
  return steps
    .filter((step) => Buffer.byteLength(JSON.stringify(step)) > LARGEST)
    .map(({ rev }) => `${name}/${rev} is larger than a decision may be`);
}

type Allowed = (from: never, event: never, to: never) => boolean;

function offTable(name: string, steps: Steps, isAllowed: Allowed): readonly string[] {
  return steps
    .filter(({ from, to, rule }) => !(REFUSALS.includes(rule.name) && from === to))
    .filter(({ from, event, to }) => !isAllowed(from as never, event as never, to as never))
    .map(({ from, event, to }) => `${name}: ${from} ${event} ${to} is no pair of the table`);
}

/** Moves up after a verdict, and a promotion that neither the judge nor a person has allowed. */
function wrongMoves(name: string, steps: Steps): readonly string[] {
  const verdict = steps.findIndex((step) => judgedAs(step, 'ROLLBACK'));
  const after = verdict === -1 ? [] : steps.slice(verdict + 1);
  const up = after.filter(({ event }) => ['StageStarted', 'PromotionMade', 'StagePassed'].includes(event));
  return [
    ...up.map(({ event }) => `${name}: ${event} after a verdict to roll back`),
    ...steps
      .filter(({ event }, index) => event === 'PromotionMade' && !wasAllowed(steps.slice(0, index)))
      .map(() => `${name}: promoted without a certificate, an approval or a person`),
  ];
}

function judgedAs({ rule, outcome }: Decision, verdict: string): boolean {
  return (
    rule.name === 'advance-rollout' && (outcome as { judge: { verdict: string } }).judge.verdict === verdict
  );
}

/** The last word before a promotion: the judge's certificate, or a person's. */
function wasAllowed(before: Steps): boolean {
  const last = before.findLast(
    (step) => step.event === 'StagePassed' || (step.actor.type === 'person' && LEADS_ON.includes(step.event)),
  );
  return last !== undefined && (last.actor.type === 'person' || judgedAs(last, 'SAFE'));
}

const LEADS_ON = ['PromotionRequested', 'HoldEnded'];

/** Traffic for a canary whose deployment was not cleared before. */
function uncleared(name: string, all: readonly (readonly [string, Steps])[]): readonly string[] {
  const steps = new Map(all);
  const started = steps.get(name)?.find(({ events }) => events.some(({ type }) => type === 'TrafficShifted'));
  const deployment = steps.get(name.replace('rollout/rol_', 'deployment/dep_')) ?? [];
  const cleared = deployment.find(({ to }) => to === 'Cleared');
  if (started === undefined || (cleared !== undefined && cleared.at <= started.at)) return [];
  return [`${name} moved traffic and its deployment was not cleared before`];
}
