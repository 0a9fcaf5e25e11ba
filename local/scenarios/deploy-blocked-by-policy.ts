import { atAlias } from './at-lambda.ts';
import { FREEZE, FROZEN_SERVICE } from './calendar.ts';
import {
  everyDecision,
  followDeployment,
  outcomeOf,
  requestDeployment,
  subjectsOf,
  timelineOf,
} from './deployment.ts';
import { measuredOf } from './deployment-measures.ts';
import { ALL, prepareFunction, publishRevision, SERVES, stopCalls } from './function-service.ts';
import type { Scenario } from './scenario.ts';

/** A calendar freezes the service today: the deployment is blocked, by name, before anything is moved. */
export const deployBlockedByPolicy: Scenario = {
  name: 'deploy-blocked-by-policy',
  expected: 'Blocked(POLICY) by freeze-windows, no traffic moved',
  run: async (world, tell) => {
    const service = await prepareFunction(world, {
      ...{ service: FROZEN_SERVICE, environment: 'staging', callsPerSecond: 10 },
      rollouts: { stages: [ALL], bakeSeconds: 0 },
    });
    const before = await atAlias(world, service);
    const revision = await publishRevision(world, service, SERVES.well, 'Number invoices by the year');
    tell.note(
      `the calendar ${FREEZE} freezes ${FROZEN_SERVICE} today; dana deploys ${revision.slice(0, 7)} all the same`,
    );
    const { id } = await requestDeployment(world, service, revision);
    const ended = await followDeployment(world, id, tell).until();
    stopCalls(world, service);
    const after = await atAlias(world, service);
    const still = after.primary === before.primary && after.others.length === 0;
    const blocking = (await everyDecision(world, ended))
      .flatMap(({ reasons }) => reasons)
      .filter(({ code }) => code === 'BLOCK')
      .map(({ text }) => text.split(':')[0]);
    return {
      outcome: [
        `${outcomeOf(ended.deployment)} by ${blocking.join(' and ') || 'nothing'}`,
        still ? 'no traffic moved' : `version ${after.primary} has the traffic`,
      ].join(', '),
      subjects: subjectsOf(ended),
      timeline: await timelineOf(world, ended),
      measured: await measuredOf(world, service, ended),
    };
  },
};
