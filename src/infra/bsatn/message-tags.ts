/**
 * The first bytes of the messages of `v1.bsatn`.
 * Source: crate spacetimedb-client-api-messages 1.2.0, websocket.rs.
 */
export const CLIENT_MESSAGE = {
  callReducer: 0,
  subscribe: 1,
  oneOffQuery: 2,
  subscribeSingle: 3,
  subscribeMulti: 4,
  unsubscribe: 5,
  unsubscribeMulti: 6,
} as const;

export const SERVER_MESSAGE = {
  transactionUpdate: 1,
  identityToken: 3,
  subscriptionError: 7,
  subscribeMultiApplied: 8,
  unsubscribeMultiApplied: 9,
} as const;

/** How a transaction ended; the second byte of its message. */
export const STATUS = { committed: 0, failed: 1, outOfEnergy: 2 } as const;
