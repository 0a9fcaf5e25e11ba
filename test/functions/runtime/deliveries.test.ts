import { expect, test, vi } from 'vitest';
import { sweepDeliveries } from '../../../functions/runtime/deliveries.ts';
import { Fault, type FaultName } from '../../../shared/kernel/index.ts';
import type { Deliveries } from '../../../shared/ports/deliveries.ts';
import { emitted } from '../../support/emitted.ts';

/** What stands where the forge's list of deliveries is. */
const at = vi.hoisted(() => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  vi.stubEnv('FORGE_URL', 'https://forge.example');
  return { fault: undefined as unknown };
});
vi.mock('../../../shared/adapters/github/deliveries.ts', () => ({
  githubDeliveries: (): Deliveries => ({
    list: async () => {
      if (at.fault !== undefined) throw at.fault;
      return [];
    },
    redeliver: async () => {},
  }),
}));

async function countedWhen(fault: FaultName | undefined): Promise<readonly string[]> {
  at.fault = fault === undefined ? undefined : new Fault(fault, 'no');
  const lines = await emitted(async () => {
    const swept = sweepDeliveries();
    if (fault === undefined) await swept;
    else await expect(swept).rejects.toMatchObject({ name: fault });
  });
  return lines.flatMap(({ _aws }) =>
    _aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map((m) => m.Name)),
  );
}

test('an App whose credentials the forge refuses rings the alarm of refusals, and the sweep is tried again', async () => {
  expect(await countedWhen('PermissionDenied')).toEqual([
    'integration_errors_total',
    'permission_denied_total',
  ]);
  expect(await countedWhen('Unavailable')).toEqual(['integration_errors_total']);
  expect(await countedWhen(undefined)).toEqual([]);
});
