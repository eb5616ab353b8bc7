import { BsatnReader } from '../../../bsatn/decode.ts';
import { CLIENT_MESSAGE } from '../../../bsatn/message-tags.ts';
import { BsatnError } from '../../../bsatn/types.ts';
import { EngineError } from '../engine-error.ts';

/** What a client may ask of this engine. */
export type ClientMessage =
  | {
      kind: 'call';
      reducer: string;
      /** BSATN product of the reducer's parameters; a view of the frame. */
      args: Uint8Array;
      requestId: number;
      /** False when the caller wants no answer, only what its subscriptions match. */
      answered: boolean;
    }
  | { kind: 'subscribe'; queries: string[]; requestId: number; queryId: number }
  | { kind: 'unsubscribe'; requestId: number; queryId: number };

const TAKEN = 'CallReducer, SubscribeMulti and UnsubscribeMulti';
const OTHERS: Readonly<Record<number, string>> = {
  [CLIENT_MESSAGE.subscribe]: 'Subscribe',
  [CLIENT_MESSAGE.oneOffQuery]: 'OneOffQuery',
  [CLIENT_MESSAGE.subscribeSingle]: 'SubscribeSingle',
  [CLIENT_MESSAGE.unsubscribe]: 'Unsubscribe',
};
const QUERIES_MAX = 1_000;

/**
 * Reads one client message of `v1.bsatn`.
 * @throws EngineError INVALID_ARGUMENT for anything else, and for the messages that this engine does not offer.
 */
export function readClientMessage(frame: Uint8Array): ClientMessage {
  const reader = new BsatnReader(frame);
  try {
    const message = readBody(reader, reader.u8());
    reader.assertAtEnd();
    return message;
  } catch (cause) {
    if (cause instanceof BsatnError) throw refused(`is malformed: ${cause.message}`);
    throw cause;
  }
}

function readBody(reader: BsatnReader, tag: number): ClientMessage {
  switch (tag) {
    case CLIENT_MESSAGE.callReducer: {
      const [reducer, args] = [reader.strictText(), reader.bytes()];
      return { kind: 'call', reducer, args, requestId: reader.u32(), answered: reader.u8() === 0 };
    }
    case CLIENT_MESSAGE.subscribeMulti: {
      const count = reader.u32();
      if (count > QUERIES_MAX) throw refused(`holds ${count} queries; ${QUERIES_MAX} are allowed`);
      const queries = Array.from({ length: count }, () => reader.strictText());
      return { kind: 'subscribe', queries, requestId: reader.u32(), queryId: reader.u32() };
    }
    case CLIENT_MESSAGE.unsubscribeMulti:
      return { kind: 'unsubscribe', requestId: reader.u32(), queryId: reader.u32() };
    default:
      throw refused(`is ${OTHERS[tag] ?? `the unknown kind ${tag}`}; this engine takes ${TAKEN}`);
  }
}

function refused(why: string): EngineError {
  return new EngineError('INVALID_ARGUMENT', `A client message ${why}.`);
}
