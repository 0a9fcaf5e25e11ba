import { commitPage } from '../../shared/adapters/github/commit-page.ts';
import { slackNotify } from '../../shared/adapters/slack/slack-notify.ts';
import type { AskDeps, TellDeps } from '../../shared/deployments/index.ts';
import type { Notify } from '../../shared/ports/notify.ts';
import type { WorldDeps } from '../../shared/rollbacks/index.ts';
import { once, optional, required } from './environment.ts';
import { forge } from './forge.ts';
import { meter } from './observe.ts';
import { worldDeps } from './rollback-world.ts';
import { token } from './secrets.ts';
import { store, work } from './store.ts';
import { clock } from './world.ts';

/** The chat that people are told in; without a channel there is none. */
const chat = once((): Notify | undefined => {
  const channel = optional('SLACK_CHANNEL', '');
  const baseUrl = optional('SLACK_URL', 'https://slack.com/api');
  return channel === '' ? undefined : slackNotify({ baseUrl, channel, token: token('slack'), now: clock });
});

/** What telling people about a rollback needs. */
export const notifyDeps = once((): WorldDeps & { readonly notify: Notify | undefined } => ({
  ...worldDeps(),
  notify: chat(),
}));

/** What telling them about deployments and rollouts needs. */
export const tellDeps = once((): TellDeps & AskDeps => ({
  ...{ store: store(), work: work(), meter: meter(), clock, notify: chat() },
  forge: forge(),
  commitPage: commitPage(required('FORGE_URL')),
}));
