import { lambdaEvent } from '../../shared/adapters/aws/lambda-event.ts';
import { lambdaClient } from '../../shared/adapters/aws/lambda-watch.ts';
// from their own files: the index would bundle every rule of rollbacks with it
import { noticeForgeEvent } from '../../shared/rollbacks/notice-forge-event.ts';
import { openRollbackAttempt } from '../../shared/rollbacks/open-rollback.ts';
import type { RouteDeps } from '../../shared/signals/index.ts';
import { once, optional, required } from './environment.ts';
import { meter } from './observe.ts';
import { rollbackDeps } from './rollbacks.ts';
import { signals } from './signals.ts';
import { store } from './store.ts';

/** What routing needs: the two things that a signal may set off are the rollbacks' own use cases. */
export const routeDeps = once(
  (): RouteDeps => ({
    store: store(),
    signals: signals(),
    meter: meter(),
    chatSenders: { teams: idsIn('SLACK_TEAMS'), apps: idsIn('SLACK_APPS') },
    openRollback: async ({ service, environment, signal }) => {
      const { id, title, startsAt, revision } = signal;
      const opening = await openRollbackAttempt(rollbackDeps(), {
        service,
        environment,
        trigger: { type: 'signal', id, text: `${signal.source}: ${title}`, startsAt },
        ...(revision !== undefined && { revision }),
        actor: { type: 'system', id: 'route-signals', via: 'workflow' },
      });
      if ('reasons' in opening) return { kind: 'refused', why: opening.reasons.join('; ') };
      return opening;
    },
    noticeForgeEvent: async ({ labels, revision }) => {
      const { repository = '', number } = labels;
      await noticeForgeEvent(rollbackDeps(), {
        repository,
        headSha: revision,
        ...(number !== undefined && { pullRequest: Number(number) }),
      });
    },
    // one function for whatever people order outside: it tells the two apart by their fields
    obeyComment: ordered(),
    obeyButton: ordered(),
  }),
);

/** What is not empty names somebody: of a comma alone come ids that nobody has, and nobody passes. */
function idsIn(variable: string): readonly string[] {
  const text = optional(variable, '');
  return text === '' ? [] : text.split(',').map((id) => id.trim());
}

function ordered<Order>(): (order: Order) => Promise<void> {
  return lambdaEvent({ client: lambdaClient(), functionName: required('OBEY_COMMENT_FUNCTION') });
}
