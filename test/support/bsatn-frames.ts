import { randomUUID } from 'node:crypto';

/** Client frames of `v1.bsatn`, written by hand so that the engine is tested without the connection. */
const CALL_REDUCER = 0;
const SUBSCRIBE_MULTI = 4;
const UNSUBSCRIBE_MULTI = 6;
/** Server frames start with one of these. */
export const SERVER_TAG = { transactionUpdate: 1, identityToken: 3, subscribeMultiApplied: 8 } as const;

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function text(value: string): Buffer {
  return bytes(Buffer.from(value));
}

function bytes(value: Buffer): Buffer {
  return Buffer.concat([u32(value.length), value]);
}

/** `save_setting` with a JSON string as its value. */
export function saveSettingFrame(key: string, value: string, commandId: string = randomUUID()): Uint8Array {
  const issuedAt = Buffer.alloc(8);
  issuedAt.writeBigInt64LE(BigInt(Date.now()) * 1_000n);
  const none = Buffer.from([1]);
  const args = Buffer.concat([text(commandId), issuedAt, text(key), text(JSON.stringify(value)), none]);
  return callFrame('save_setting', args);
}

/** Any reducer call, with its arguments in BSATN; `flags` 1 asks for no answer. */
export function callFrame(reducer: string, args: Uint8Array, flags = 0): Uint8Array {
  const head = [Buffer.from([CALL_REDUCER]), text(reducer), bytes(Buffer.from(args))];
  return Buffer.concat([...head, u32(0), Buffer.from([flags])]);
}

export function subscribeFrame(...queries: string[]): Uint8Array {
  return subscribeFrameOf(1, queries);
}

export function subscribeFrameOf(queryId: number, queries: readonly string[]): Uint8Array {
  const list = Buffer.concat([u32(queries.length), ...queries.map(text)]);
  return Buffer.concat([Buffer.from([SUBSCRIBE_MULTI]), list, u32(1), u32(queryId)]);
}

export function unsubscribeFrame(queryId: number): Uint8Array {
  return Buffer.concat([Buffer.from([UNSUBSCRIBE_MULTI]), u32(1), u32(queryId)]);
}

/** The identity in an IdentityToken frame, 64 hex digits; it travels with its lowest byte first. */
export function identityOf(frame: Uint8Array): string {
  return Buffer.from(frame.slice(1, 33).toReversed()).toString('hex');
}
