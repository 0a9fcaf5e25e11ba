import { awaitCoverage } from '../../cli/commands/ledger-own.ts';
import { api } from '../../cli/http.ts';
import { trustIn } from '../../cli/ledger-keys.ts';
import { FETCHING } from '../../cli/ledger-sources.ts';
import type { World } from '../../local/world.ts';
import { nodeCryptography } from '../../shared/ledger/node-crypto.ts';
import { type AuditReport, auditLedger, urlSource } from '../../shared/ledger/verifier/index.ts';

/** Rotates the key of a world's ledger, and audits it as a stranger who knows the first key alone. */
export async function rotateOverApi(
  world: World,
): Promise<{ readonly seq: number; readonly report: AuditReport }> {
  const prefix = `${world.cloud.api}/v1/ledger`;
  const trust = await trustIn(await (await fetch(`${prefix}/key`)).text(), {});
  const call = api({ api: world.cloud.api, token: world.token('admin') });
  const { seq } = (await call('POST', '/v1/ledger/keys', { generation: 2, reason: 'a test' })) as {
    seq: number;
  };
  await awaitCoverage(prefix, seq + 1);
  return { seq, report: await auditLedger(urlSource(prefix, FETCHING), { trust }, nodeCryptography()) };
}
