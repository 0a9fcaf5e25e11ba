import type { Page } from '../kernel/index.ts';
import type { Routing, Settlement, Signal } from './contract.ts';

/** The signals table. */
export type SignalStore = {
  /** false: a signal of this dedupe key is there already. */
  readonly put: (signal: Signal) => Promise<boolean>;
  /** Newest first by receipt; at most 25. */
  readonly byFingerprint: (fingerprint: string) => Promise<readonly Signal[]>;
  /** Newest first by receipt. */
  readonly byRouting: (
    routing: Routing,
    page: { readonly limit: number; readonly cursor?: string; readonly since?: string },
  ) => Promise<Page<Signal>>;
  /** Writes down what was done with it. A signal that is gone meanwhile is no error. */
  readonly settle: (dedupeKey: string, settlement: Settlement) => Promise<void>;
};

/** Opens an attempt for a degraded service, or joins the one that is open. Idempotent per signal. */
export type OpenRollback = (request: {
  readonly service: string;
  readonly environment: string;
  readonly signal: Signal;
}) => Promise<
  | { readonly kind: 'opened' | 'joined'; readonly id: string }
  | { readonly kind: 'refused'; readonly why: string }
>;

/** Wakes what waits for a check or a pull request. */
export type NoticeForgeEvent = (signal: Signal) => Promise<void>;

/** Takes the answer that a person gave by a button in the chat. */
export type ObeyButton = (pressed: {
  readonly approvalId: string;
  readonly planHash: string;
  readonly verdict: 'approve' | 'reject';
  readonly user: string;
}) => Promise<void>;

/** Obeys the command that a person may have written in a comment on a pull request, or on an issue of ours; it reads both itself. */
export type ObeyComment = (comment: {
  readonly repository: string;
  readonly number: number;
  readonly commentId: number;
  readonly onIssue?: true;
  readonly login: string;
}) => Promise<void>;
