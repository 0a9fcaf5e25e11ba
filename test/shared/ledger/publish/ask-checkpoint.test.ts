import { expect, test } from 'vitest';
import { checkpointAsker } from '../../../../shared/ledger/publish/index.ts';
import { fixedClock } from '../../../support/chance.ts';
import { memoryQueue } from '../../../support/memory-publishing.ts';

function asking(timeFactor = 1) {
  const [clock, queue] = [fixedClock(), memoryQueue()];
  return { clock, queue, ask: checkpointAsker({ queue, clock, timeFactor }) };
}

test('a full tile is published at once, anything else in ten seconds, and once for all that comes meanwhile', async () => {
  const { clock, queue, ask } = asking();
  await ask({ from: 0, to: 5 });
  await ask({ from: 5, to: 255 });
  expect(queue.asked).toEqual([10]);
  await ask({ from: 255, to: 256 });
  await ask({ from: 256, to: 257 });
  expect(queue.asked).toEqual([10, 0]);
  clock.advance(10_000);
  await ask({ from: 257, to: 258 });
  await ask({ from: 258, to: 600 });
  expect(queue.asked).toEqual([10, 0, 10, 0]);
});

test('where delays run faster, the wait for one is sooner over', async () => {
  const { clock, queue, ask } = asking(5);
  for (const at of [2, 3, 4]) {
    await ask({ from: at, to: at + 1 });
    clock.advance(800);
  }
  await ask({ from: 5, to: 6 });
  expect(queue.asked).toEqual([10, 10]);
});

test('a queue that does not answer is told once, and left alone for ten seconds', async () => {
  const clock = fixedClock();
  const asked: number[] = [];
  const queue = {
    ask: async (delay: number) => {
      if (asked.push(delay) === 1) throw new Error('down');
    },
  };
  const ask = checkpointAsker({ queue, clock, timeFactor: 1 });
  await expect(ask({ from: 0, to: 1 })).rejects.toThrow('down');
  await ask({ from: 1, to: 300 });
  expect(asked).toEqual([10]);
  clock.advance(10_000);
  await ask({ from: 300, to: 301 });
  expect(asked).toEqual([10, 10]);
});
