import type { Signal } from './contract.ts';

/** The workspaces (`team.id`) and apps (`api_app_id`) of Slack whose deliveries count. An empty list lets all pass. */
export type ChatSenders = { readonly teams: readonly string[]; readonly apps: readonly string[] };

/**
 * Why a delivery of Slack does not count; undefined if it does. One secret signs for every workspace that has the app,
 * so that the proof at the door does not say which it is. A delivery without the id in question is a stranger's.
 */
export function strangerInChat(
  { teams, apps }: ChatSenders,
  { labels }: Pick<Signal, 'labels'>,
): string | undefined {
  const { team, app } = labels;
  if (!named(teams, team)) return `of a Slack workspace that is not named: ${team || 'none given'}`;
  if (!named(apps, app)) return `of a Slack app that is not named: ${app || 'none given'}`;
  return undefined;
}

function named(ids: readonly string[], id: string | undefined): boolean {
  return ids.length === 0 || (id !== undefined && id !== '' && ids.includes(id));
}
