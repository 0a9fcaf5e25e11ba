import { expect, test } from 'vitest';
import { createFaults } from '../../../local/cloud/aws/faults.ts';

const POINT = { kind: 'delivery', name: 'stream:decisions', phase: 'before' } as const;

test('a delay lasts until other faults take its place', async () => {
  const faults = createFaults([
    { kind: 'delivery', name: 'stream:*', effect: 'delay', milliseconds: 3_600_000 },
  ]);
  const held = faults.hook(POINT);
  faults.set([{ kind: 'delivery', name: 'stream:*', effect: 'delay', milliseconds: 1 }]);
  await expect(held).resolves.toBeUndefined();
  await expect(faults.hook(POINT)).resolves.toBeUndefined();
});
