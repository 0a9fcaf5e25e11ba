import * as z from 'zod';
import { isoTime, parse } from '../../kernel/index.ts';
import { readButton } from '../../ports/approval-button.ts';
import type { MappedSignal, Mapper } from './mapped.ts';

const Text = z.string().nullish();
const Kind = z.looseObject({ type: Text, ssl_check: Text });
const Challenge = z.looseObject({ challenge: z.string().min(1).max(1000) });
const EventCallback = z.looseObject({
  team_id: Text,
  api_app_id: Text,
  event_id: z.string().min(1),
  event_time: z.number().nullish(),
  event: z.looseObject({
    type: z.string().min(1),
    subtype: Text,
    channel: z.unknown().optional(),
    user: z.unknown().optional(),
    ts: Text,
    bot_id: Text,
  }),
});
const BlockActions = z.looseObject({
  team: z.looseObject({ id: z.string() }).nullish(),
  api_app_id: Text,
  user: z.looseObject({ id: z.string() }),
  trigger_id: z.string(),
  container: z.looseObject({ message_ts: Text, channel_id: Text }).nullish(),
  actions: z
    .array(z.looseObject({ action_id: z.string(), block_id: Text, action_ts: Text, value: Text }))
    .min(1),
});

/**
 * Slack's Events API and interactivity: information of which no text is kept, and that opens nothing. The handshake is
 * answered with its challenge; `ssl_check` and what nobody here reads leave no signal. A retry carries the same `event_id`.
 */
export const mapSlack: Mapper = ({ body, receivedAt }) => {
  const { type, ssl_check: check } = parse(Kind, body, 'the slack body');
  if (check === '1') return { kind: 'ping' };
  switch (type) {
    case 'url_verification':
      return { kind: 'challenge', challenge: parse(Challenge, body, 'the slack body').challenge };
    case 'event_callback':
      return { kind: 'signals', signals: [eventOf(body, receivedAt)] };
    case 'block_actions':
      return { kind: 'signals', signals: [clickOf(body)] };
    default:
      return { kind: 'ping' };
  }
};

function eventOf(body: unknown, receivedAt: string): MappedSignal {
  const call = parse(EventCallback, body, 'the slack event');
  const { event, team_id: team } = call;
  const channel = idOf(event.channel);
  const startsAt = timeOfTs(event.ts) ?? (call.event_time ? isoTime(call.event_time * 1000) : receivedAt);
  return {
    sourceEventId: call.event_id,
    fingerprint: [team ?? '', channel ?? '', event.ts ?? call.event_id].join('|'),
    status: 'info',
    kind: event.type,
    severity: 'info',
    title: `${event.type} in ${channel ?? 'Slack'}`,
    startsAt,
    links: [],
    labels: {
      ...{ team, app: call.api_app_id, channel, user: idOf(event.user) },
      ...{ event: event.type, subtype: event.subtype, bot: event.bot_id },
    },
  };
}

/**
 * A button: who pressed which. Of one of ours is kept what it answers, and it counts once for its question and moment;
 * the value of any other is not kept.
 */
function clickOf(body: unknown): MappedSignal {
  const { team, user, container, actions, trigger_id, api_app_id } = parse(
    BlockActions,
    body,
    'the slack interaction',
  );
  const action = actions[0];
  const at = timeOfTs(action?.action_ts);
  const button = readButton(action?.action_id ?? '', action?.value ?? '');
  return {
    sourceEventId: [button?.approvalId ?? trigger_id, action?.action_ts ?? ''].join('|'),
    fingerprint: [team?.id ?? '', container?.channel_id ?? '', container?.message_ts ?? ''].join('|'),
    status: 'info',
    kind: 'block_actions',
    severity: 'info',
    title: `button ${action?.action_id} pressed`,
    ...(at !== undefined && { startsAt: at }),
    links: [],
    labels: {
      ...{ team: team?.id, app: api_app_id, channel: container?.channel_id, user: user.id },
      ...{ action: action?.action_id, block: action?.block_id },
      ...(button !== undefined && {
        ...{ approval: button.approvalId, plan: button.planHash, verdict: button.verdict },
      }),
    },
  };
}

/** Some events name a channel or user by id, some bring the whole thing. */
function idOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const whole = z.looseObject({ id: z.string() }).safeParse(value);
  return whole.success ? whole.data.id : undefined;
}

/** `1531420618.000200`: seconds, and a number that makes it unique. */
function timeOfTs(ts: string | null | undefined): string | undefined {
  const seconds = /^(\d{1,10})\.\d{1,6}$/.exec(ts ?? '')?.[1];
  return seconds === undefined ? undefined : isoTime(Number(seconds) * 1000);
}
