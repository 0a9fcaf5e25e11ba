import type { World } from '../world.ts';

const TIMEOUT_MS = 30_000;

/** What the API answers to a person, whether it is a success or a refusal. */
export type Answered = { readonly status: number; readonly body: unknown };

/** An approver's answer to an approval, over the API as that person. */
export async function answerAs(
  world: World,
  person: string,
  approval: string,
  verdict: 'approve' | 'reject',
  reason: string,
): Promise<Answered> {
  const signedIn = await fetch(`${world.cloud.issuer}/token`, {
    method: 'POST',
    body: JSON.stringify({ person, groups: ['approver'] }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { id_token: token } = (await signedIn.json()) as { id_token: string };
  const response = await fetch(`${world.cloud.api}/v1/approvals/${approval}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ verdict, reason }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, body: await response.json() };
}
