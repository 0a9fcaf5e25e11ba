const ULID = '01JD0000000000000000000000';
export const DEPLOYMENT = `dep_${ULID}`;
export const ROLLOUT = `rol_${ULID}`;
export const APPROVAL = `apr_${ULID}`;
export const REVISION = 'a'.repeat(40);

/** A deployment as the API answers it, in a state. */
export function deploymentIn(kind: string, more: object = {}) {
  return {
    ...{ kind: 'deployment', id: DEPLOYMENT, rev: 1, service: 'checkout', environment: 'staging' },
    ...{ state: { kind }, revision: REVISION, createdAt: '2026-11-21T12:00:00.000Z' },
    ...{ updatedAt: '2026-11-21T12:00:00.000Z', times: {}, ...more },
  };
}

const INTERVALS = [
  { at: '2026-11-21T12:01:00.000Z', canary: [50, 1], baseline: [52, 0] },
  { at: '2026-11-21T12:02:00.000Z', canary: [48, 3], baseline: [50, 1] },
];

/** A rollout as the API answers it, in a state, with two intervals judged. */
export function rolloutIn(kind: string, more: object = {}) {
  return {
    ...{ kind: 'rollout', id: ROLLOUT, rev: 1, service: 'checkout', environment: 'staging' },
    ...{ state: { kind, stage: 1 }, revision: REVISION, canary: '7', baseline: '6', weight: 0.5 },
    plan: { stages: [{ weight: 0.05 }, { weight: 0.5 }, { weight: 1 }] },
    limits: { logE: '4.828313737302301', logSafe: '2.995732273553991' },
    judgement: {
      ...{ at: '2026-11-21T12:04:30.000Z', verdict: 'UNDECIDED', logE: '1.25', logSafe: '-0.5' },
      alwaysValidP: '0.28650479686',
      needed: { failures: '120', requests: '6000', of: 'errors' },
      intervals: INTERVALS,
    },
    ...{ createdAt: '2026-11-21T12:00:00.000Z', updatedAt: '2026-11-21T12:04:30.000Z' },
    ...{ times: {}, ...more },
  };
}

export const step = (rev: number, from: string, event: string, to: string) => ({
  ...{ rev, at: '2026-11-21T12:00:00.000Z', from, event, to },
  reasons: [{ code: 'X', text: `why ${event}` }],
});
