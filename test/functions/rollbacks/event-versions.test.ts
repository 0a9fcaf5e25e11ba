import { describe, expect, test } from 'vitest';
import { handler as escalate } from '../../../functions/rollbacks/escalate-rollback.ts';
import { handler as measure } from '../../../functions/rollbacks/measure-rollbacks.ts';
import { rollbackEventExamples } from '../../../shared/rollbacks/events.examples.ts';

const CONTEXT = { functionName: 'Consumer', awsRequestId: 'request-1' };
const { RollbackEnded, EscalationRaised } = rollbackEventExamples;
const CONSUMERS = [
  { name: 'measure-rollbacks', handler: measure, type: 'RollbackEnded', detail: RollbackEnded },
  { name: 'escalate-rollback', handler: escalate, type: 'EscalationRaised', detail: EscalationRaised },
];

describe.each(CONSUMERS)('$name', ({ handler, type, detail }) => {
  test.each([0, 2, '1', null, undefined])('refuses an event of version %j by throwing', async (version) => {
    const refused = expect(handler({ 'detail-type': type, detail: { ...detail, version } }, CONTEXT)).rejects;
    await refused.toMatchObject({ name: 'InvalidInput', message: expect.stringContaining('detail.version') });
  });

  test('takes an event of version 1 as far as its tables, which are not here', async () => {
    const taken = expect(handler({ 'detail-type': type, detail }, CONTEXT)).rejects;
    await taken.toMatchObject({ message: expect.stringContaining('the environment variable') });
  });
});
