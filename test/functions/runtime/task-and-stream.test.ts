import { describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { onEvent, onSchedule } from '../../../functions/runtime/event.ts';
import { type StreamRecord, streamBatch, streamBatchOf } from '../../../functions/runtime/stream.ts';
import { task } from '../../../functions/runtime/task.ts';
import { Fault } from '../../../shared/kernel/index.ts';
import { CONTEXT } from './events.ts';

vi.hoisted(() => vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT'));

const Input = z.object({ id: z.string() });

describe('a task', () => {
  test('answers what the use case answers, and `{}` for nothing', async () => {
    expect(await task(Input, async ({ id }) => ({ id }))({ id: 'a', more: 1 }, CONTEXT)).toEqual({ id: 'a' });
    expect(await task(Input, async () => undefined)({ id: 'a' }, CONTEXT)).toEqual({});
  });

  test('fails by the name of its Fault, which is what Step Functions matches', async () => {
    const failing = task(Input, async () => {
      throw new Fault('Unavailable', 'later');
    });
    await expect(failing({ id: 'a' }, CONTEXT)).rejects.toMatchObject({ name: 'Unavailable' });
  });

  test('refuses input of another form', async () => {
    const never = vi.fn(async () => 1);
    await expect(task(Input, never)({ id: 1 }, CONTEXT)).rejects.toMatchObject({
      name: 'InvalidInput',
      issues: [{ path: 'id' }],
    });
    expect(never).not.toHaveBeenCalled();
  });

  test('of an event or a schedule answers nothing', async () => {
    expect(await onEvent(Input, async () => 1)({ id: 'a' }, CONTEXT)).toEqual({});
    expect(await onSchedule(async () => 1)({ source: 'aws.events' }, CONTEXT)).toEqual({});
  });
});

function record(sequence: string, image: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {}) {
  return {
    eventID: `e${sequence}`,
    eventName: 'INSERT',
    dynamodb: {
      SequenceNumber: sequence,
      Keys: { pk: { S: sequence } },
      NewImage: image,
      ApproximateCreationDateTime: 2,
    },
  };
}

describe('a stream', () => {
  const batch = { Records: [record('1'), record('2'), record('3')] };

  test('hands records over as plain JSON', async () => {
    const seen: StreamRecord[] = [];
    const image = {
      n: { N: '1.5' },
      b: { BOOL: true },
      none: { NULL: true },
      list: { L: [{ S: 'x' }, { M: { y: { N: '2' } } }] },
      set: { SS: ['p', 'q'] },
    };
    await streamBatchOf(() => async (each) => seen.push(each))({ Records: [record('1', image)] }, CONTEXT);
    expect(seen).toEqual([
      {
        id: 'e1',
        change: 'INSERT',
        sequence: '1',
        keys: { pk: '1' },
        newImage: { n: 1.5, b: true, none: null, list: ['x', { y: 2 }], set: ['p', 'q'] },
        changedAt: 2000,
      },
    ]);
  });

  test('stops at the first record that fails and asks for it and all after it again', async () => {
    const done: string[] = [];
    const handler = streamBatchOf(() => async ({ sequence }) => {
      if (sequence === '2') throw new Error('poison');
      done.push(sequence);
    });
    expect(await handler(batch, CONTEXT)).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect(done).toEqual(['1']);
  });

  test('that was done whole asks for nothing again', async () => {
    expect(await streamBatchOf(() => async () => undefined)(batch, CONTEXT)).toEqual({
      batchItemFailures: [],
    });
  });

  test('keeps the order within a lane, goes on in the others, and asks for the earliest failure', async () => {
    const done: string[] = [];
    const lanes = { Records: ['a1', 'b1', 'a2', 'b2', 'a3'].map((sequence) => record(sequence)) };
    const handler = streamBatchOf(
      () =>
        async ({ sequence }) => {
          if (sequence === 'a2' || sequence === 'b2') throw new Error('poison');
          done.push(sequence);
        },
      ({ sequence }) => sequence.charAt(0),
    );
    expect(await handler(lanes, CONTEXT)).toEqual({ batchItemFailures: [{ itemIdentifier: 'a2' }] });
    expect(done.toSorted()).toEqual(['a1', 'b1']);
  });

  test('begins once a batch', async () => {
    const begin = vi.fn(() => async () => undefined);
    await streamBatchOf(begin)(batch, CONTEXT);
    expect(begin).toHaveBeenCalledTimes(1);
  });

  test('whose use case throws fails whole', async () => {
    const handler = streamBatch(async () => {
      throw new Error('down');
    });
    await expect(handler(batch, CONTEXT)).rejects.toThrow('down');
  });
});
