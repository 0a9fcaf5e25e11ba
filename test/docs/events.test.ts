import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { APPROVAL_EVENTS } from '../../shared/approvals/contract.ts';
import * as deployments from '../../shared/deployments/contract.ts';
import { POLICY_EVENTS } from '../../shared/policies/contract.ts';
import { type AccompanyingEvent, EVENTS } from '../../shared/rollbacks/contract.ts';
import * as rollouts from '../../shared/rollouts/contract.ts';
import { AUTONOMY_EVENTS, SERVICE_EVENTS } from '../../shared/services/contract.ts';
import { ROOT } from '../conventions/tree.ts';
import { EVENT_TABLES, eventFlaws } from '../support/event-tables.ts';
import { eventsPage, FLOWS, statesPage } from './event-pages.ts';

/** The contract keeps this list to itself; the compiler holds this one to it. */
const ACCOMPANYING = Object.keys({
  DegradationConfirmed: true,
  ApprovalRequested: true,
  HumanMergeAwaited: true,
  EscalationRaised: true,
  InvariantsEvaluated: true,
  RollbackEnded: true,
  EventRefused: true,
  MergeCompleted: true,
} satisfies Record<AccompanyingEvent, true>);

const ACCOMPANYING_DEPLOYMENTS = Object.keys({
  ApprovalRequested: true,
  EscalationRaised: true,
  DeploymentEnded: true,
  EventRefused: true,
} satisfies Record<deployments.AccompanyingEvent, true>);
const ACCOMPANYING_ROLLOUTS = Object.keys({
  TrafficShifted: true,
  RolloutEnded: true,
  ApprovalRequested: true,
  EventRefused: true,
} satisfies Record<rollouts.AccompanyingEvent, true>);

/** By source, what the contracts name; and what no list there has. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  'holdfast.rollbacks': [...new Set([...EVENTS, ...ACCOMPANYING])],
  'holdfast.deployments': [...deployments.EVENTS, ...ACCOMPANYING_DEPLOYMENTS],
  'holdfast.rollouts': [...rollouts.EVENTS, ...ACCOMPANYING_ROLLOUTS],
  'holdfast.approvals': [...APPROVAL_EVENTS, 'PeopleSet'],
  'holdfast.policies': POLICY_EVENTS,
  'holdfast.services': [...SERVICE_EVENTS, ...AUTONOMY_EVENTS, 'RollbackNotOpened', 'DeploymentNotOpened'],
};

const PAGES = {
  'docs/events/README.md': eventsPage(),
  'docs/events/rollback-states.md': statesPage('holdfast.rollbacks'),
  'docs/events/deployment-states.md': statesPage('holdfast.deployments'),
  'docs/events/rollout-states.md': statesPage('holdfast.rollouts'),
};
const HOW = 'npm run docs:events writes it anew: read the diff, and commit it';

// biome-ignore lint/style/noProcessEnv: the switch of whoever makes the pages, not of the product
if (process.env.UPDATE_DOCS === '1') {
  mkdirSync(join(ROOT, 'docs/events'), { recursive: true });
  for (const [page, text] of Object.entries(PAGES)) writeFileSync(join(ROOT, page), text);
}

test.each(Object.entries(PAGES))('%s is what the schemas make of it', (page, text) => {
  const file = join(ROOT, page);
  expect(existsSync(file) ? readFileSync(file, 'utf8') : '', HOW).toBe(text);
});

test('every source has its contract', () => {
  expect(Object.keys(EVENT_TABLES).toSorted()).toEqual(Object.keys(NAMED).toSorted());
});

describe.each(Object.entries(EVENT_TABLES))('%s', (source, { schemas, examples }) => {
  test('has a schema and an example of each type that the contract names, and of no other', () => {
    expect(Object.keys(schemas).toSorted()).toEqual(NAMED[source]?.toSorted());
    expect(Object.keys(examples).toSorted()).toEqual(NAMED[source]?.toSorted());
  });

  test.each(Object.entries(examples))('the example of %s passes its schema', (type, example) => {
    expect(eventFlaws(source, type, example)).toEqual([]);
  });

  test.each(Object.entries(examples))('%s takes no field that is not documented', (type, example) => {
    const person = { ...example, data: { ...('data' in example && (example.data as object)), by: 'ada' } };
    expect(eventFlaws(source, type, person)).not.toEqual([]);
    expect(eventFlaws(source, type, { ...example, by: 'ada' })).not.toEqual([]);
    expect(eventFlaws(source, type, { ...example, version: 2 })).not.toEqual([]);
  });
});

/** Every event of a flow but those that open it, whose data says no state. */
const LEADING = Object.entries(FLOWS).flatMap(([source, { transitions }]) => {
  const opening = transitions.filter(({ from }) => from === 'None').map(({ event }) => event);
  const events = new Set(transitions.map(({ event }) => event).filter((event) => !opening.includes(event)));
  return [...events].map((event) => [source, event] as const);
});

test.each(LEADING)('%s: %s leads where the table of transitions says, and nowhere else', (source, event) => {
  const page = JSON.stringify(EVENT_TABLES[source]?.schemas[event]?.toJSONSchema());
  const states = [...page.matchAll(/"state":\{"type":"string",(?:"const":("\w+")|"enum":\[([^\]]*)\])\}/g)];
  const named = states
    .flatMap((found) => (found[1] ?? found[2] ?? '').split(','))
    .map((name) => name.slice(1, -1));
  const leads = FLOWS[source]?.transitions.filter((row) => row.event === event).map(({ to }) => to);
  expect(new Set(named)).toEqual(new Set(leads));
});
