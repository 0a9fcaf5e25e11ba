import { expect, test } from 'vitest';
import { openRollbackAttempt } from '../../shared/rollbacks/index.ts';
import { violationsOf } from './check-run.ts';
import { follow } from './happy-path.ts';
import { type AlertDelivery, calmPlan } from './plan.ts';
import { campaignRoom } from './room.ts';

const ALERTS: readonly AlertDelivery[] = [
  ...[2, 1, 1, 30].map((after) => ({ after, what: 'firing' as const })),
  { after: 1, what: 'in another group' },
  { after: 40, what: 'resolved' },
];

test('an episode that a sender tells again and again opens one attempt; a second one breaks a promise of the campaign', async () => {
  const room = await campaignRoom({ ...calmPlan('staging'), alerts: ALERTS });
  try {
    await follow(room);
    const [attempt, ...others] = await room.attempts();
    expect([attempt?.state.kind, attempt?.data.trigger.type, others]).toEqual([
      'RollbackComplete',
      'signal',
      [],
    ]);
    expect(room.watched.signals.all()).toHaveLength(3);
    expect(await violationsOf(room)).toEqual([]);
    // past the door of routing, where a repeat of what was acted on stays outside
    const repeat = room.watched.signals.all().find(({ id }) => id !== attempt?.data.trigger.id);
    await room.run('RouteSignals', {}, (deps) =>
      openRollbackAttempt(deps, {
        ...{ service: 'shop', environment: 'staging' },
        trigger: { type: 'signal', id: repeat?.id ?? '', text: 'once more' },
        actor: { type: 'system', id: 'route-signals', via: 'workflow' },
      }),
    );
    expect((await violationsOf(room)).join()).toMatch(/errors-of-shop since .* opened rbk_\w+ and rbk_\w+/);
  } finally {
    await room.close();
  }
}, 60_000);
