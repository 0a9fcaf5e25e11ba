import { afterEach, expect, test } from 'vitest';
import { type ApiServer, serve } from './api-server.ts';
import { ROLLOUT } from './rollout-answers.ts';
import { holdfastHere } from './run.ts';

let api: ApiServer | undefined;
afterEach(() => api?.close());

async function explained(more: object) {
  const explanation = { summary: 'The rollout is RolledBack.', next: 'Ended.', steps: [], ...more };
  api = await serve({ [`/v1/rollouts/${ROLLOUT}/explain`]: explanation });
  return holdfastHere(['explain', 'rollout', ROLLOUT], api.url);
}

test('explain of a rollout shows how quickly it was taken back and what it cost, a line each', async () => {
  const text = '240 s from its first traffic to the verdict; 3 s from the verdict to no traffic';
  const { code, stdout } = await explained({ recovery: { timeToDetect: 240, timeToMitigate: 3, text } });
  expect(code).toBe(0);
  expect(stdout).toContain(
    'How quickly, and what it cost\n  240 s from its first traffic to the verdict\n  3 s from the verdict to no traffic\n',
  );
});

test('and nothing of it where nothing is known', async () => {
  for (const more of [{}, { recovery: { text: '' } }])
    expect((await explained(more)).stdout).not.toContain('How quickly');
});
