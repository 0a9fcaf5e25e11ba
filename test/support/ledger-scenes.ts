import { publishCheckpoint } from '../../shared/ledger/publish/index.ts';
import type { Meter } from '../../shared/ports/meter.ts';
import { growingLedger } from './growing-ledger.ts';
import { keepingScene } from './keeping-scene.ts';
import { memoryPublishing } from './memory-publishing.ts';
import { witnessScene } from './witness-scene.ts';

/** A checkpoint is signed; then an entry is changed in the table; then a tile is there with other bytes. */
async function checkpoints(meter: Meter): Promise<void> {
  const ledger = growingLedger();
  const deps = { ...memoryPublishing(ledger), meter };
  await ledger.grow(10);
  await publishCheckpoint(deps, { cause: 'heartbeat' });
  await ledger.grow(300);
  const [first = ''] = ledger.stored;
  ledger.stored[0] = first.replace('cccc', 'dddd');
  await publishCheckpoint(deps, { cause: 'asked' }).catch(() => undefined);
  ledger.stored[0] = first;
  deps.files.stored.set('tile/0/000', Uint8Array.of(1));
  await publishCheckpoint(deps, { cause: 'asked' }).catch(() => undefined);
}

/** What the ledger's publishing emits. */
export const LEDGER_SCENES: readonly ((meter: Meter) => Promise<void>)[] = [
  checkpoints,
  witnessScene,
  keepingScene,
];
