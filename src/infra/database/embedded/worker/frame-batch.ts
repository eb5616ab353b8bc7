import { BsatnWriter } from '../../../bsatn/encode.ts';

/** One frame of one connection. A connection's end is a frame without bytes, which no message is. */
export interface AddressedFrame {
  connection: number;
  frame: Uint8Array;
}

/** Frames that cross between the threads in one message, because each crossing costs more than a frame. */
export class FrameBatch {
  readonly writer = new BsatnWriter();
  #count = 0;

  /** Frames since the last {@link take}. */
  get count(): number {
    return this.#count;
  }

  get isEmpty(): boolean {
    return this.writer.length === 0;
  }

  /** Adds the frame that `write` writes. */
  add(connection: number, write: (writer: BsatnWriter) => void): void {
    const start = this.writer.length;
    this.writer.u32(connection);
    const hole = this.writer.hole();
    try {
      write(this.writer);
    } catch (thrown) {
      this.writer.rewind(start);
      throw thrown;
    }
    this.#count += 1;
    this.writer.patch(hole, this.writer.length - hole - 4);
  }

  addEnd(connection: number): void {
    this.add(connection, () => undefined);
  }

  /** The bytes so far, to be transferred; the batch starts again. */
  take(): Uint8Array<ArrayBuffer> {
    this.#count = 0;
    return this.writer.take();
  }
}

/** Reads a batch back; the frames are views of it. */
export function* readBatch(batch: Uint8Array): Iterable<AddressedFrame> {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  let at = 0;
  while (at < batch.length) {
    const connection = view.getUint32(at, true);
    const end = at + 8 + view.getUint32(at + 4, true);
    yield { connection, frame: batch.subarray(at + 8, end) };
    at = end;
  }
}
