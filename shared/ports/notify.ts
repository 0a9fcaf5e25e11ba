import type { ButtonFor } from './approval-button.ts';

/** What is posted. `text` is plain, without secrets or personal data; `link` is where to read more; `approval` puts two buttons under it, for yes and for no. */
export type ChatMessage = {
  readonly text: string;
  readonly link?: string;
  readonly approval?: ButtonFor;
};

/** What this message is and no other. */
export type Telling = {
  readonly key: string;
  /** ISO time: an earlier try began then, and nobody knows how it ended. */
  readonly since?: string;
};

/** Tells people in a chat. */
export type Notify = {
  /**
   * Posts one message. With `telling`, what may have been posted by an earlier try is looked for and not posted again;
   * where the chat cannot be read it is, since people must be told.
   * Throws Fault: PermissionDenied, RateLimited, Unavailable, InvalidInput (no such channel).
   */
  readonly send: (message: ChatMessage, telling?: Telling) => Promise<void>;
};
