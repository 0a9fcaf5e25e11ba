/** One attempt of the forge to deliver a webhook. */
export type WebhookDelivery = {
  /** Of the attempt. */
  readonly id: number;
  /** Of the event: attempts to deliver it again keep it. */
  readonly guid: string;
  readonly event: string;
  readonly deliveredAt: string;
  /** The receiver took it. */
  readonly received: boolean;
};

/**
 * What the forge tried to deliver. Nobody repeats a delivery that failed, so somebody must look. Throws Fault as the
 * forge does.
 */
export type Deliveries = {
  /** Newest first, back to a time. Undefined where the forge keeps no list for us: without a GitHub App. */
  readonly list: (since: string) => Promise<readonly WebhookDelivery[] | undefined>;
  /** Delivers the event of an attempt again; the forge answers before it does. */
  readonly redeliver: (id: number) => Promise<void>;
};
