import type { MessageHandler } from '@nestjs/microservices';
import { HeycatError } from '../../../errors.ts';
import { type Answer, IpcContext, PendingRequest } from './request.ts';
import type { IpcLimits } from './limits.ts';
import { errorBody, idOf, isObject, resultBody, toCall, type Params, type RequestId } from './wire-format.ts';
import type { NotificationSink } from './notification-sink.ts';
import { closest } from './suggest.ts';

export type Handler = MessageHandler<Params, IpcContext>;

/** What the dispatcher needs of a connection. */
export interface Peer extends NotificationSink {
  readonly requests: Map<RequestId, PendingRequest>;
  send(body: string): boolean;
}

/** Where one answer goes, empty for a notification: onto the connection or into its batch; `sent` runs afterwards. */
type Reply = (body: string, sent: (() => void) | undefined) => void;

export interface DispatcherOptions {
  handlers: ReadonlyMap<string, MessageHandler>;
  limits: IpcLimits;
  /** Notified of failures that the caller sees as INTERNAL. */
  onInternal(method: string, error: HeycatError): void;
}

const ping: Handler = () => Promise.resolve({});

/** JSON-RPC 2.0 on an authenticated connection: requests, notifications, batches, cancelling, limits. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  /** Set at the start of a graceful shutdown: new requests are refused as retryable. */
  closing = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** @throws HeycatError METHOD_NOT_FOUND, with `details.did_you_mean` for a typing slip. */
  handler(method: string): Handler {
    if (method === 'ping') return ping;
    const handler = this.#options.handlers.get(method);
    if (handler !== undefined) return handler as Handler;
    const meant = closest(method, this.#options.handlers.keys());
    const details = meant === undefined ? {} : { did_you_mean: meant };
    throw new HeycatError('METHOD_NOT_FOUND', undefined, details);
  }

  receive(peer: Peer, message: unknown): void {
    if (Array.isArray(message)) return this.#batch(peer, message);
    this.#single(peer, message, (body, sent) => {
      if (body !== '') peer.send(body);
      sent?.();
    });
  }

  #batch(peer: Peer, messages: unknown[]): void {
    const limit = this.#options.limits.max_batch;
    if (messages.length === 0 || messages.length > limit) {
      const error =
        messages.length === 0
          ? new HeycatError('INVALID_REQUEST', 'A batch must not be empty.')
          : new HeycatError('LIMIT_EXCEEDED', `A batch may hold ${limit} messages.`, { limit });
      peer.send(errorBody(null, error));
      return;
    }
    const batch = new BatchReply(peer, this.#options.limits.max_response_bytes);
    for (const message of messages) this.#single(peer, message, batch.slot(idOf(message)));
    batch.seal();
  }

  #single(peer: Peer, message: unknown, reply: Reply): void {
    try {
      const { id, method, params } = toCall(message);
      if (id !== undefined) this.#request(peer, { id, method, params, reply });
      else {
        if (method === '$/cancelRequest') cancel(peer, params);
        reply('', undefined);
      }
    } catch (error) {
      reply(errorBody(idOf(message), HeycatError.from(error)), undefined);
    }
  }

  #request(peer: Peer, request: { id: RequestId; method: string; params: unknown; reply: Reply }): void {
    const { id, method, params, reply } = request;
    this.#admit(peer, id);
    const handler = this.handler(method);
    const context = new IpcContext(method, peer);
    const pending = new PendingRequest(context, (answer) => {
      peer.requests.delete(id);
      reply(this.#answerBody(id, method, answer), () => context.answered('result' in answer));
    });
    peer.requests.set(id, pending);
    pending.run(handler, params);
  }

  #admit(peer: Peer, id: RequestId): void {
    if (this.closing) throw new HeycatError('NOT_READY', 'The service is stopping.', { reason: 'stopping' });
    if (peer.requests.has(id)) {
      throw new HeycatError('INVALID_REQUEST', 'A request with that id is still under way.');
    }
    const limit = this.#options.limits.max_requests_in_flight;
    if (peer.requests.size >= limit) {
      throw new HeycatError('LIMIT_EXCEEDED', `${limit} requests are already under way here.`, { limit });
    }
  }

  #answerBody(id: RequestId, method: string, answer: Answer): string {
    if ('error' in answer) return errorBody(id, answer.error);
    try {
      const body = resultBody(id, answer.result);
      const limit = this.#options.limits.max_response_bytes;
      return fits(body, limit) ? body : errorBody(id, tooLarge(limit));
    } catch (cause) {
      const error = HeycatError.from(cause);
      this.#options.onInternal(method, error);
      return errorBody(id, error);
    }
  }
}

function cancel(peer: Peer, params: unknown): void {
  if (isObject(params)) peer.requests.get(params['id'] as RequestId)?.giveUp('CANCELLED');
}

function tooLarge(limit: number): HeycatError {
  return new HeycatError('LIMIT_EXCEEDED', `The answer would be larger than ${limit} bytes; ask for less.`, {
    limit_bytes: limit,
  });
}

function fits(body: string, limit: number): boolean {
  // UTF-8 needs at most three bytes a UTF-16 unit: counting is only needed near the limit.
  return body.length * 3 <= limit || Buffer.byteLength(body) <= limit;
}

/** Collects the answers of one batch and sends them as one array when the last has come. */
class BatchReply {
  readonly #peer: Peer;
  readonly #answers: string[] = [];
  readonly #sent: (() => void)[] = [];
  /** One for the batch itself, until all its messages have been read. */
  #missing = 1;
  #bytesLeft: number;

  constructor(peer: Peer, maxBytes: number) {
    this.#peer = peer;
    this.#bytesLeft = maxBytes - 2;
  }

  slot(id: RequestId | null): Reply {
    this.#missing += 1;
    return (body, sent) => {
      if (body !== '') this.#add(id, body);
      if (sent !== undefined) this.#sent.push(sent);
      this.#done();
    };
  }

  seal(): void {
    this.#done();
  }

  #add(id: RequestId | null, body: string): void {
    const bytes = Buffer.byteLength(body) + 1;
    const kept = bytes <= this.#bytesLeft ? body : errorBody(id, tooLarge(this.#bytesLeft));
    this.#bytesLeft -= kept === body ? bytes : 0;
    this.#answers.push(kept);
  }

  #done(): void {
    this.#missing -= 1;
    if (this.#missing > 0) return;
    if (this.#answers.length > 0) this.#peer.send(`[${this.#answers.join(',')}]`);
    for (const sent of this.#sent) sent();
  }
}
