import type { World } from '../world.ts';

const TIMEOUT_MS = 30_000;

/** What the API answers to a person, whether it is a success or a refusal. */
export type Answered = { readonly status: number; readonly body: unknown };

/** One call of the HTTP API in the name of a person, with a role. */
export async function callAs(
  world: World,
  who: { readonly person: string; readonly role: 'operator' | 'approver' | 'admin' },
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
): Promise<Answered> {
  const signedIn = await fetch(`${world.cloud.issuer}/token`, {
    method: 'POST',
    body: JSON.stringify({ person: who.person, groups: [who.role] }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { id_token: token } = (await signedIn.json()) as { id_token: string };
  const response = await fetch(`${world.cloud.api}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, body: await response.json() };
}

/** An approver's answer to an approval. */
export function answerAs(
  world: World,
  person: string,
  approval: string,
  verdict: 'approve' | 'reject',
  reason: string,
): Promise<Answered> {
  return callAs(world, { person, role: 'approver' }, 'POST', `/v1/approvals/${approval}`, {
    verdict,
    reason,
  });
}
