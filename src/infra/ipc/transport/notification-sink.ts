/** One JSON-RPC notification, formed only in the shape its sink needs. */
export interface Notification {
  readonly method: string;
  params(): Record<string, unknown>;
  /** The entire message as JSON text. */
  body(): string;
}

/** Where notifications go: a client's connection, or a listener inside this process. */
export interface NotificationSink {
  /** Never throws. @returns false when the reader is behind: wait until it is ready before the next one. */
  notify(notification: Notification): boolean;
  /** Names who is called from now on; a sink that is never behind and never closes has no use for it. */
  attach?(sender: NotificationSender): void;
}

/** What sends to a sink. */
export interface NotificationSender {
  /** The reader has caught up. */
  ready(): void;
  /** Nothing can be sent any more. */
  closed(): void;
}

export function notification(method: string, params: Record<string, unknown>): Notification {
  return { method, params: () => params, body: () => JSON.stringify({ jsonrpc: '2.0', method, params }) };
}
