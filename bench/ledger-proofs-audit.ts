/** Audits an export in a process of its own, so that its processor time and memory are the audit's alone. */
import { directorySource } from '../cli/ledger-directory.ts';
import { keepYoungGenerationSmall } from '../cli/young-generation.ts';
import { nodeCryptography } from '../shared/ledger/node-crypto.ts';
import { auditLedger, isRefused, readVerifierKey } from '../shared/ledger/verifier/index.ts';

const {
  directory,
  vkey,
  complete,
}: { readonly directory: string; readonly vkey: string; readonly complete: boolean } = JSON.parse(
  process.argv[2] ?? '{}',
);
// As `holdfast ledger verify` does.
keepYoungGenerationSmall();
const crypto = nodeCryptography();
const key = await readVerifierKey(vkey, crypto);
if (isRefused(key)) throw new Error(key.refused);
const before = process.cpuUsage();
const startedAt = performance.now();
const { verdict, checked, findings } = await auditLedger(
  directorySource(directory),
  { trust: { keys: [key] }, ...(complete && { complete: { subjects: [] } }) },
  crypto,
);
const { user, system } = process.cpuUsage(before);
process.stdout.write(
  JSON.stringify({
    ...{ complete, verdict, checked, findings: findings.slice(0, 3) },
    seconds: (performance.now() - startedAt) / 1000,
    processorSeconds: (user + system) / 1e6,
    megabytes: process.resourceUsage().maxRSS / 1024,
  }),
);
