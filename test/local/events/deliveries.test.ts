import { describe, expect, test } from 'vitest';
import { AwsFailure } from '../../../local/cloud/types.ts';
import { BUS, entry, rule, world } from './bus-world.ts';

const DEAD = 'arn:aws:sqs:us-east-1:000000000000:dead';
const retrying = (retries: number) =>
  rule({ RetryPolicy: { MaximumRetryAttempts: retries }, DeadLetterConfig: { Arn: DEAD } });

/** Fails so many times for the rule's target before it takes a delivery; the dead-letter queue takes everything. */
function failing(times: number, error: Error) {
  let attempts = 0;
  const deliver = async ({ arn }: { readonly arn: string }) => {
    if (arn === DEAD) return;
    attempts += 1;
    if (attempts <= times) throw error;
  };
  return { deliver, attempts: () => attempts };
}

describe('a delivery that fails', () => {
  test('is tried again until the target takes it', async () => {
    const target = failing(2, new Error('busy'));
    const { events, delivered, until } = world([BUS, retrying(5)], target);
    events.start();
    events.putEvents([entry()]);
    await until(1);
    await events.close();
    expect(target.attempts()).toBe(3);
    expect(delivered.map(({ payload }) => payload)).toEqual([expect.objectContaining({ detail: { n: 1 } })]);
  });

  test('goes to the dead-letter queue whole when its retries have ended, with the attributes AWS sets', async () => {
    const target = failing(99, new AwsFailure('ServiceException', 'broken'));
    const { events, delivered, until } = world([BUS, retrying(2)], target);
    events.start();
    events.putEvents([entry()]);
    await until(1);
    await events.close();
    expect(target.attempts()).toBe(3);
    const ruleArn = 'arn:aws:events:us-east-1:000000000000:rule/holdfast/App-Rule';
    expect(delivered).toEqual([
      {
        target: {
          arn: DEAD,
          ruleArn,
          attributes: {
            RULE_ARN: ruleArn,
            TARGET_ARN: 'arn:aws:lambda:x:y:function:f',
            ERROR_CODE: 'ServiceException',
            ERROR_MESSAGE: 'broken',
            RETRY_ATTEMPTS: '2',
            EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
          },
        },
        payload: expect.objectContaining({ source: 'a.b', detail: { n: 1 } }),
      },
    ]);
  });

  test('for want of a right is not tried again', async () => {
    const target = failing(99, new AwsFailure('AccessDeniedException', 'no'));
    const { events, delivered, until } = world([BUS, retrying(5)], target);
    events.start();
    events.putEvents([entry()]);
    await until(1);
    await events.close();
    expect(target.attempts()).toBe(1);
    expect(delivered[0]?.target.attributes).toMatchObject({
      ERROR_CODE: 'NO_PERMISSIONS',
      RETRY_ATTEMPTS: '0',
    });
  });

  test('without retries and queue is lost, and the log says so', async () => {
    const target = failing(99, new Error('gone'));
    const { events, logged, until } = world(
      [BUS, rule({ RetryPolicy: { MaximumRetryAttempts: 0 } })],
      target,
    );
    events.start();
    events.putEvents([entry()]);
    await until(0);
    await events.close();
    expect(target.attempts()).toBe(1);
    expect(logged.join()).toMatch(/Rule to arn:aws:lambda:x:y:function:f failed: Error: gone/);
  });
});

describe('a delivery survives', () => {
  test('a stop before it began', async () => {
    const first = world([BUS, rule()]);
    first.events.putEvents([entry()]);
    await first.events.close();
    expect(first.delivered).toEqual([]);
    const second = world([BUS, rule()], { database: first.database });
    second.events.start();
    await second.until(1);
    await second.events.close();
    expect(second.delivered[0]?.payload).toMatchObject({ detail: { n: 1 } });
  });

  test('a crash after the target took it, and then comes twice', async () => {
    const crash = async ({ phase }: { readonly phase: string }) => {
      if (phase === 'after') throw new Error('killed');
    };
    const first = world([BUS, rule()], { fault: crash, speed: 1 });
    first.events.start();
    first.events.putEvents([entry()]);
    while (first.delivered.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await first.events.close();
    const second = world([BUS, rule()], { database: first.database });
    second.events.start();
    await second.until(1);
    await second.events.close();
    expect(second.delivered[0]?.payload).toEqual(first.delivered[0]?.payload);
  });

  test('no template that lost its rule: it is dropped and said', async () => {
    const first = world([BUS, rule()]);
    first.events.putEvents([entry()]);
    const second = world([BUS], { database: first.database });
    second.events.start();
    await second.events.close();
    expect(second.pending()).toBe(0);
    expect(second.logged.join()).toMatch(/lost its rule or target/);
  });
});

test('a fault before a delivery delays it by a retry, and names rule and target', async () => {
  const seen: string[] = [];
  const fault = async ({ name, phase }: { readonly name: string; readonly phase: string }) => {
    seen.push(`${phase} ${name}`);
    if (seen.length === 1) throw new Error('injected');
  };
  const { events, until } = world([BUS, rule()], { fault });
  events.start();
  events.putEvents([entry()]);
  await until(1);
  await events.close();
  expect(seen).toEqual(['before Rule:T0', 'before Rule:T0', 'after Rule:T0']);
});

test('a hundred events at once arrive each once', async () => {
  const { events, delivered, until } = world([BUS, rule()]);
  events.start();
  for (let n = 0; n < 100; n += 10) {
    events.putEvents(
      Array.from({ length: 10 }, (_, index) => entry({ Detail: JSON.stringify({ n: n + index }) })),
    );
  }
  await until(100);
  await events.close();
  const details = delivered.map(({ payload }) => (payload as { detail: { n: number } }).detail.n);
  expect(details.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n));
});
