/** Tells people in a chat. */
export type Notify = {
  /**
   * Posts one message. `text` is plain, without secrets or personal data; `link` is where to read more.
   * Throws Fault: PermissionDenied, RateLimited, Unavailable, InvalidInput (no such channel).
   */
  readonly send: (message: { readonly text: string; readonly link?: string }) => Promise<void>;
};
