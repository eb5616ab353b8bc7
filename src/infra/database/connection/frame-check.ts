/**
 * Walks one server message of `v1.bsatn` without building anything. The SDK's message pump stops for good at the
 * first frame that it cannot parse, so a frame is checked before the SDK sees it.
 * Source: crate spacetimedb-client-api-messages 1.2.0, websocket.rs.
 */
export function isServerFrame(frame: Uint8Array): boolean {
  try {
    const walker = new Walker(frame);
    walker.serverMessage();
    return walker.atEnd;
  } catch {
    return false;
  }
}

class Walker {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at === this.#view.byteLength;
  }

  serverMessage(): void {
    switch (this.#u8()) {
      case 1:
        return this.#transactionUpdate();
      case 3:
        this.#skip(32); // identity
        this.#bytes(); // token
        return this.#skip(16); // connection id
      case 7:
        return this.#subscriptionError();
      case 8: // SubscribeMultiApplied
      case 9: // UnsubscribeMultiApplied
        this.#skip(4 + 8 + 4); // request id, host time, query id
        return this.#databaseUpdate();
      default:
        throw new RangeError('a message that this client never asks for');
    }
  }

  #transactionUpdate(): void {
    const status = this.#u8();
    if (status === 0) this.#databaseUpdate();
    else if (status === 1)
      this.#bytes(); // error text
    else if (status !== 2) throw new RangeError('unknown status');
    this.#skip(8 + 32 + 16); // timestamp, caller, connection
    this.#bytes(); // reducer name
    this.#skip(4); // reducer id
    this.#bytes(); // arguments
    this.#skip(4 + 16 + 8); // request id, energy, host time
  }

  #subscriptionError(): void {
    this.#skip(8); // host time
    this.#option(4); // request id
    this.#option(4); // query id
    this.#option(4); // table id
    this.#bytes(); // error text
  }

  #databaseUpdate(): void {
    for (let tables = this.#u32(); tables > 0; tables--) {
      this.#skip(4); // table id
      this.#bytes(); // table name
      this.#skip(8); // row count
      for (let updates = this.#u32(); updates > 0; updates--) {
        if (this.#u8() !== 0) throw new RangeError('compressed');
        this.#rowList(); // deletes
        this.#rowList(); // inserts
      }
    }
  }

  #rowList(): void {
    const hint = this.#u8();
    if (hint === 0)
      this.#skip(2); // fixed row size
    else if (hint === 1)
      this.#skip(8 * this.#u32()); // row offsets
    else throw new RangeError('unknown row list');
    this.#bytes();
  }

  #option(size: number): void {
    const tag = this.#u8();
    if (tag === 0) this.#skip(size);
    else if (tag !== 1) throw new RangeError('unknown option');
  }

  #bytes(): void {
    this.#skip(this.#u32());
  }

  #u8(): number {
    return this.#view.getUint8(this.#at++);
  }

  #u32(): number {
    const value = this.#view.getUint32(this.#at, true);
    this.#at += 4;
    return value;
  }

  #skip(size: number): void {
    this.#at += size;
    if (this.#at > this.#view.byteLength) throw new RangeError('too short');
  }
}
