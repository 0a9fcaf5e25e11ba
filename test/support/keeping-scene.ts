import { expirePayloads } from '../../shared/ledger/erase/index.ts';
import { reconcileLedger } from '../../shared/ledger/reconcile/index.ts';
import type { Meter } from '../../shared/ports/meter.ts';
import { erasingWorld } from './erasing-world.ts';
import { MINUTE } from './reconcile-world.ts';

/** A stream loses decisions, one of which is in no table either; a month later old payloads expire. */
export async function keepingScene(meter: Meter): Promise<void> {
  const world = erasingWorld();
  const deps = { ...world.deps, meter };
  for (const end of ['AwaitingMerge', 'AwaitingMerge', 'Aborted']) await world.step('rollback', 'rbk_1', end);
  world.table.get('rollback/rbk_1')?.splice(1, 1);
  world.clock.advance(10 * MINUTE);
  const until = world.clock() + MINUTE;
  await reconcileLedger({ ...world.reconcile, meter }, { mode: 'full', at: 't', until });
  world.clock.advance(31 * 24 * 60 * MINUTE);
  await expirePayloads(deps, { days: 30, until: world.clock() + MINUTE });
}
