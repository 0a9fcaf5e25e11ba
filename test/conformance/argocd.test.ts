import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { applicationDocument } from '../../local/sandbox/deployer/documents.ts';
import { applicationOf } from '../local/deployer/world.ts';

// biome-ignore lint/style/noProcessEnv: CI names the handbook's folder, and its absence is an error only there
const named = process.env.HOLDFAST_HANDBOOK;
const file = join(named ?? '../shared', 'payloads/argocd-swagger-application-status.json');
if (named !== undefined && !existsSync(file)) throw new Error(`HOLDFAST_HANDBOOK has no ${file}`);

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const TIME = '2026-01-02T03:04:05Z';

const SNAPSHOT = {
  spec: applicationOf('checkout'),
  health: { status: 'Degraded', message: 'why', lastTransitionTime: TIME },
  target: B,
  deployed: A,
  problem: { message: 'a problem', at: TIME },
  history: [{ id: 0, revision: A, deployStartedAt: TIME, deployedAt: TIME }],
  replicas: { desired: 3, running: 3, updated: 3, updatedReady: 1, available: 1 },
} as const;

/**
 * The definitions of Argo CD's API description that the extract holds, as one closed JSON schema: a property they
 * do not know is an error, a reference to a definition outside the extract is anything.
 */
function schemas(): Record<string, Record<string, unknown>> {
  const { payload } = JSON.parse(readFileSync(file, 'utf8'));
  const definitions: Record<string, Record<string, unknown>> = payload.definitions;
  const closed = Object.entries(definitions).map(([name, schema]) => [
    name,
    { ...schema, ...(schema.properties !== undefined && { additionalProperties: false }) },
  ]);
  const text = JSON.stringify(Object.fromEntries(closed));
  const missing = [...text.matchAll(/"#\/definitions\/(\w+)"/g)].map(([, name]) => name ?? '');
  const open = missing.filter((name) => definitions[name] === undefined).map((name) => [name, {}]);
  return { ...Object.fromEntries(open), ...JSON.parse(text) };
}

test.skipIf(!existsSync(file))(
  "the status of a sandbox application is one of Argo CD's API description (skipped without the handbook)",
  () => {
    const ajv = new Ajv({ strict: false, formats: { int64: true, date: true } });
    const validate = ajv.compile({ $ref: '#/definitions/v1alpha1ApplicationStatus', definitions: schemas() });
    const { status } = applicationDocument(SNAPSHOT, Date.parse(TIME));
    validate(JSON.parse(JSON.stringify(status)));
    expect(validate.errors).toBeNull();
    validate({ ...SNAPSHOT, sync: { status: 3 } });
    expect(validate.errors).not.toBeNull();
  },
);
