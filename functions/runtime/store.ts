import { dynamoStore } from '../../shared/adapters/aws/dynamodb-store.ts';
import { dynamoWork } from '../../shared/adapters/aws/dynamodb-work.ts';
import type { DecideDeps, DecisionWrite, Store } from '../../shared/kernel/index.ts';
import { once, required } from './environment.ts';
import { logger } from './observe.ts';
import { software } from './software.ts';
import { tables } from './tables.ts';
import { clock, random } from './world.ts';

/** What every use case that decides needs. */
export const decideDeps = once((): DecideDeps => ({ store: store(), clock, random, software: software() }));

/** Decisions, payloads and heads; every decision that is written is one line in the log. */
export const store = once((): Store => {
  // by getter: a function that only reads heads is not told the other tables' names
  const names = {
    get decisions() {
      return required('DECISIONS_TABLE');
    },
    get payloads() {
      return required('PAYLOADS_TABLE');
    },
    get heads() {
      return required('HEADS_TABLE');
    },
  };
  const dynamo = dynamoStore({ client: tables(), tables: names });
  return {
    ...dynamo,
    write: async (write) => {
      const result = await dynamo.write(write);
      if (result.kind === 'written') logDecision(write);
      return result;
    },
  };
});

/** Waits and readings; a function that keeps none is not told the table's name. */
export const work = once(() =>
  dynamoWork({
    client: tables(),
    get table() {
      return required('WORK_TABLE');
    },
  }),
);

function logDecision({ envelope, payload }: DecisionWrite): void {
  const { kind, id, rev, from, event, to, service, environment, correlationId } = envelope;
  const { reasons } = JSON.parse(payload.bytes) as { reasons: readonly { code: string }[] };
  logger.info('a decision was taken', {
    ...{ kind, id, rev, from, event, to, serviceName: service, environment, correlationId },
    reasons: reasons.map((reason) => reason.code),
  });
}
