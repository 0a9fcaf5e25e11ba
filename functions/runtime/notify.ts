import { slackNotify } from '../../shared/adapters/slack/slack-notify.ts';
import type { Notify } from '../../shared/ports/notify.ts';
import type { WorldDeps } from '../../shared/rollbacks/index.ts';
import { once, optional } from './environment.ts';
import { token, worldDeps } from './rollback-world.ts';

/** What telling people needs; without a channel nobody is told in a chat. */
export const notifyDeps = once((): WorldDeps & { readonly notify: Notify | undefined } => {
  const channel = optional('SLACK_CHANNEL', '');
  const baseUrl = optional('SLACK_URL', 'https://slack.com/api');
  const notify = channel === '' ? undefined : slackNotify({ baseUrl, channel, token: token('slack') });
  return { ...worldDeps(), notify };
});
