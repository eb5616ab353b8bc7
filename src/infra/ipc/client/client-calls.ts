import type { HeycatError } from '../../../errors.ts';
import { notConnected, type ClientWire, type OnAnswer } from './client-wire.ts';
import { IPC_LIMITS } from '../transport/limits.ts';
import type { Params, RequestId } from '../transport/wire-format.ts';

export interface ClientCall {
  method: string;
  /** A function is asked each time the call is sent. */
  params: Params | (() => Params);
  /** True: wait for a connection, and send again when the answer was lost with one. */
  retry: boolean;
  /** Runs exactly once. */
  onAnswer: OnAnswer;
}

interface ActiveCall extends ClientCall {
  /** Set while it is under way on the current wire. */
  id?: RequestId;
}

/** The calls of a client, across connections: at most as many under way as the service takes, the others in a queue. */
export class ClientCalls {
  readonly #underWay = new Set<ActiveCall>();
  /** In the order in which they were made. */
  #waiting = new Set<ActiveCall>();
  #wire: ClientWire | undefined;
  #isClosed = false;

  /** Sends what waits over a new connection. */
  connected(wire: ClientWire): void {
    this.#wire = wire;
    this.#sendWaiting();
  }

  /** The connection has ended: what may be repeated waits for the next one, the rest is refused. */
  disconnected(): void {
    this.#wire = undefined;
    const calls = [...this.#underWay, ...this.#waiting];
    this.#underWay.clear();
    this.#waiting = new Set(this.#isClosed ? [] : calls.filter(({ retry }) => retry));
    for (const call of calls) {
      const outcome = call.id === undefined ? 'not_sent' : 'unknown';
      delete call.id;
      if (!this.#waiting.has(call)) call.onAnswer(notConnected(outcome), undefined);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.disconnected();
  }

  /** @returns a function that ends the call with an error. */
  start(given: ClientCall): (error: HeycatError) => void {
    const call: ActiveCall = { ...given };
    if (this.#isClosed || (this.#wire === undefined && !call.retry)) {
      call.onAnswer(notConnected('not_sent'), undefined);
      return () => undefined;
    }
    this.#waiting.add(call);
    this.#sendWaiting();
    return (error) => this.#giveUp(call, error);
  }

  #sendWaiting(): void {
    for (const call of this.#waiting) {
      if (this.#wire === undefined || this.#underWay.size >= limitOf(this.#wire)) return;
      this.#waiting.delete(call);
      this.#underWay.add(call);
      const params = typeof call.params === 'function' ? call.params() : call.params;
      call.id = this.#wire.request(call.method, params, (error, result) =>
        this.#answered(call, error, result),
      );
    }
  }

  #answered(call: ActiveCall, error: HeycatError | undefined, result: unknown): void {
    // Not when the connection ended: then the call has been dealt with.
    if (!this.#underWay.delete(call)) return;
    call.onAnswer(error, result);
    this.#sendWaiting();
  }

  #giveUp(call: ActiveCall, error: HeycatError): void {
    const isUnderWay = this.#underWay.delete(call);
    if (!isUnderWay && !this.#waiting.delete(call)) return;
    if (isUnderWay) this.#wire?.cancel(call.id!);
    call.onAnswer(error, undefined);
    this.#sendWaiting();
  }
}

/** The service refuses more requests at once than it announced. */
function limitOf(wire: ClientWire): number {
  return wire.facts.limits['max_requests_in_flight'] ?? IPC_LIMITS.max_requests_in_flight;
}
