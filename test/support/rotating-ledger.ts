import { type CheckpointTable, publishCheckpoint } from '../../shared/ledger/publish/index.ts';
import { type RotateDeps, type Rotated, rotateKey } from '../../shared/ledger/rotate/index.ts';
import { type AuditReport, splitNote } from '../../shared/ledger/verifier/index.ts';
import { auditPublished, type GrowingLedger, growingLedger } from './growing-ledger.ts';
import { sealDeps } from './memory-ledger.ts';
import { type MemoryPublishing, memoryPublishing, memorySigner } from './memory-publishing.ts';

export type RotatingLedger = {
  readonly ledger: GrowingLedger;
  readonly publishing: MemoryPublishing;
  readonly rotating: RotateDeps;
  readonly rotate: (generation: number, deps?: RotateDeps) => Promise<Rotated>;
  /** Grows, and publishes what has grown; answers how many keys' lines the newest checkpoint has, clocks too. */
  readonly sign: (entries: number) => Promise<number>;
  /** As an auditor finds it who knows the first key alone. */
  readonly audit: (checkpoints?: CheckpointTable) => Promise<AuditReport>;
};

/** A ledger in memory that is signed and whose key can be rotated, with so many keys. */
export function rotatingLedger(keys = 3): RotatingLedger {
  const ledger = growingLedger();
  const later = Array.from({ length: keys - 1 }, (_, at) => memorySigner(`later ${at}`));
  const publishing: MemoryPublishing = {
    ...memoryPublishing(ledger),
    signers: [memorySigner(), ...later],
  };
  const { signers, origin, files } = publishing;
  const rotating: RotateDeps = { ...sealDeps(ledger), signers, origin, files };
  return {
    ...{ ledger, publishing, rotating },
    rotate: (generation, deps = rotating) =>
      rotateKey(deps, { generation, reason: 'each year' }, { type: 'person', id: 'ada', via: 'cli' }),
    sign: async (entries) => {
      await ledger.grow(entries);
      await publishCheckpoint(publishing, { cause: 'asked' });
      const split = splitNote((await publishing.checkpoints.newest())?.note ?? '');
      return 'lines' in split ? split.lines.length : 0;
    },
    audit: (checkpoints = publishing.checkpoints) =>
      auditPublished({ ...publishing, checkpoints }, ledger.stored),
  };
}
