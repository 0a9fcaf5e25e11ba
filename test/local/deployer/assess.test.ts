import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assess } from '../../../local/sandbox/deployer/assess.ts';

const anyCounts = fc
  .record({ desired: fc.nat(5), updatedReady: fc.nat(5), old: fc.nat(2) })
  .filter(({ desired, updatedReady }) => updatedReady <= desired)
  .map(({ desired, updatedReady, old }) => ({
    desired,
    updated: desired,
    running: desired + old,
    updatedReady,
    available: updatedReady + old,
  }));
const anySeen = fc.record({
  name: fc.constant('checkout'),
  deployed: fc.boolean(),
  counts: anyCounts,
  wasComplete: fc.boolean(),
  deadlinePassed: fc.boolean(),
});

test('only a deployment with every updated replica ready and no old one left is Healthy', () => {
  fc.assert(
    fc.property(anySeen, (seen) => {
      const { counts } = seen;
      const whole =
        seen.deployed && counts.updatedReady === counts.desired && counts.running === counts.desired;
      expect(assess(seen).status === 'Healthy').toBe(whole);
    }),
  );
});

test('a shortage is Progressing only while a first rollout is within its deadline', () => {
  fc.assert(
    fc.property(anySeen, (seen) => {
      const { status } = assess({ ...seen, deployed: true });
      fc.pre(status !== 'Healthy');
      expect(status).toBe(seen.wasComplete || seen.deadlinePassed ? 'Degraded' : 'Progressing');
    }),
  );
});
