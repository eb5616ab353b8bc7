import { isUtf8 } from 'node:buffer';
import { HeycatError } from '../../../../errors.ts';

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

const CALL_REDUCER = 0;
const SUBSCRIBE_MULTI = 4;
const UNSUBSCRIBE_MULTI = 6;
const OTHERS: Readonly<Record<number, string>> = {
  1: 'Subscribe',
  2: 'OneOffQuery',
  3: 'SubscribeSingle',
  5: 'Unsubscribe',
};
const QUERIES_MAX = 1_000;

/**
 * Reads one client message of `v1.bsatn`.
 * @throws HeycatError INVALID_ARGUMENT for anything else, and for the messages that this engine does not offer.
 */
export function readClientMessage(frame: Uint8Array): ClientMessage {
  const reader = new Reader(frame);
  const message = readBody(reader, reader.u8());
  if (reader.rest !== 0) throw refused(`holds ${reader.rest} bytes too many`);
  return message;
}

function readBody(reader: Reader, tag: number): ClientMessage {
  if (tag === CALL_REDUCER) {
    const [reducer, args] = [reader.text(), reader.bytes()];
    return { kind: 'call', reducer, args, requestId: reader.u32(), answered: reader.u8() === 0 };
  }
  if (tag === SUBSCRIBE_MULTI) {
    const queries: string[] = [];
    const count = reader.u32();
    if (count > QUERIES_MAX) throw refused(`holds ${count} queries; ${QUERIES_MAX} are allowed`);
    while (queries.length < count) queries.push(reader.text());
    return { kind: 'subscribe', queries, requestId: reader.u32(), queryId: reader.u32() };
  }
  if (tag === UNSUBSCRIBE_MULTI)
    return { kind: 'unsubscribe', requestId: reader.u32(), queryId: reader.u32() };
  const name = OTHERS[tag] ?? `the unknown kind ${tag}`;
  throw refused(`is ${name}; this engine takes CallReducer, SubscribeMulti and UnsubscribeMulti`);
}

function refused(why: string): HeycatError {
  return new HeycatError('INVALID_ARGUMENT', `A client message ${why}.`);
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get rest(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    this.#need(1);
    return this.#view.getUint8(this.#at++);
  }

  u32(): number {
    this.#need(4);
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  bytes(): Uint8Array {
    const length = this.u32();
    this.#need(length);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(): string {
    const bytes = this.bytes();
    if (!isUtf8(bytes)) throw refused('holds text that is not UTF-8');
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  }

  #need(count: number): void {
    if (count > this.rest) throw refused('ends too early');
  }
}
