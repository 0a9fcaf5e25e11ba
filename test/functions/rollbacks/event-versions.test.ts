import { expect, test } from 'vitest';
import { handler as escalate } from '../../../functions/rollbacks/escalate-rollback.ts';
import { handler as measure } from '../../../functions/rollbacks/measure-rollbacks.ts';
import { rollbackEventExamples } from '../../../shared/rollbacks/events.examples.ts';
import { emitted } from '../../support/emitted.ts';

const CONTEXT = { functionName: 'Consumer', awsRequestId: 'request-1' };
const ended = { 'detail-type': 'RollbackEnded', detail: rollbackEventExamples.RollbackEnded };
const raised = { 'detail-type': 'EscalationRaised', detail: rollbackEventExamples.EscalationRaised };

function withVersion<Event extends { readonly detail: object }>(event: Event, version: unknown) {
  return { ...event, detail: { ...event.detail, version } };
}

test.each([0, 2, '1', null])('metrics refuse an event of version %j and count nothing', async (version) => {
  const counted = await emitted(async () => {
    const refused = expect(measure(withVersion(ended, version), CONTEXT)).rejects;
    await refused.toMatchObject({ name: 'InvalidInput', message: expect.stringContaining('detail.version') });
  });
  expect(counted).toEqual([]);
});

test('metrics take an event of version 1', async () => {
  const counted = await emitted(async () => {
    await measure(ended, CONTEXT);
  });
  expect(counted).not.toEqual([]);
});

test.each([0, 2, '1', null, undefined])('escalations refuse an event of version %j', async (version) => {
  const refused = expect(escalate(withVersion(raised, version), CONTEXT)).rejects;
  await refused.toMatchObject({ name: 'InvalidInput', message: expect.stringContaining('detail.version') });
});

test('escalations do not refuse version 1: here they only lack the store', async () => {
  await expect(escalate(raised, CONTEXT)).rejects.not.toMatchObject({ name: 'InvalidInput' });
});
