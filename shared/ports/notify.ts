import type { ButtonFor } from './approval-button.ts';

/** Tells people in a chat. */
export type Notify = {
  /**
   * Posts one message. `text` is plain, without secrets or personal data; `link` is where to read more. `approval` puts
   * two buttons under it, for yes and for no.
   * Throws Fault: PermissionDenied, RateLimited, Unavailable, InvalidInput (no such channel).
   */
  readonly send: (message: {
    readonly text: string;
    readonly link?: string;
    readonly approval?: ButtonFor;
  }) => Promise<void>;
};
