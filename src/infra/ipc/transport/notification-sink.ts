/** One JSON-RPC notification, formed only in the shape its sink needs. */
export interface Notification {
  readonly method: string;
  params(): Record<string, unknown>;
  /** The whole message as JSON text. */
  body(): string;
}

/** Where notifications go: a client's connection, or a listener inside this process. */
export interface NotificationSink {
  /** Never throws. @returns false when the reader is behind: wait for onReady before the next one. */
  notify(notification: Notification): boolean;
  /** Set by the subscription hub: the reader has caught up. */
  onReady?: (() => void) | undefined;
  /** Set by the subscription hub: nothing can be sent any more. */
  onClosed?: (() => void) | undefined;
}

export function notification(method: string, params: Record<string, unknown>): Notification {
  return { method, params: () => params, body: () => JSON.stringify({ jsonrpc: '2.0', method, params }) };
}
