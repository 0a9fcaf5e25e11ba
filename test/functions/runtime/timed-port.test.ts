import { expect, test } from 'vitest';
import { timed } from '../../../functions/runtime/timed-port.ts';

function world() {
  let now = 0;
  const measured: unknown[] = [];
  const timing = {
    clock: () => now,
    meter: { count: () => {}, measure: (...each: readonly unknown[]) => void measured.push(each) },
  };
  const port = {
    merge: async (number: number) => {
      now += 1500;
      return `merged ${number}`;
    },
    refuse: async () => {
      now += 250;
      throw new Error('403');
    },
    name: () => 'at once',
    version: 3,
  };
  return { measured, port: timed('forge', port, timing) };
}

test('a call is measured in seconds by its system and name, and answers what it answered', async () => {
  const { port, measured } = world();
  expect(await port.merge(7)).toBe('merged 7');
  expect(measured).toEqual([['integration_call_seconds', 1.5, { call: 'forge.merge' }]]);
});

test('a call that fails is measured too, and fails as before', async () => {
  const { port, measured } = world();
  await expect(port.refuse()).rejects.toThrow('403');
  expect(measured).toEqual([['integration_call_seconds', 0.25, { call: 'forge.refuse' }]]);
});

test('what is no call of another system is left alone', () => {
  const { port, measured } = world();
  expect(port.name()).toBe('at once');
  expect(port.version).toBe(3);
  expect(measured).toEqual([]);
});
