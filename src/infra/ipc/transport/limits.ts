const KIB = 1024;
const MIB = 1024 * KIB;

/** What one connection may ask of the service. The first group is listed in the answer to `hello`. */
export const IPC_LIMITS = {
  max_request_bytes: MIB,
  max_response_bytes: 8 * MIB,
  max_json_depth: 64,
  max_connections: 64,
  max_requests_in_flight: 256,
  max_batch: 256,
  max_subscriptions: 32,

  max_header_bytes: 4 * KIB,
  max_handshake_bytes: 4 * KIB,
  max_unauthenticated: 8,
  handshake_ms: 5_000,
  /** From the first byte of a frame to its last. */
  frame_ms: 10_000,
  /** How long a graceful shutdown waits for requests under way. */
  drain_ms: 1_000,
};

export type IpcLimits = typeof IPC_LIMITS;
