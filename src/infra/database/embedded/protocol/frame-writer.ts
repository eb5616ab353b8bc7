const START_BYTES = 64 * 1024;
/** From this size on written bytes are given away, not copied. */
const LARGE_BYTES = 1024 * 1024;

/** Writes BSATN into one growing buffer; numbers are little endian. */
export class FrameWriter {
  #bytes = new Uint8Array(START_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /** Bytes written since the last {@link take}. */
  get length(): number {
    return this.#at;
  }

  u8(value: number): void {
    this.reserve(1);
    this.#bytes[this.#at++] = value;
  }

  u16(value: number): void {
    this.reserve(2);
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  u32(value: number): void {
    this.reserve(4);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  u64(value: number): void {
    this.u32(value % 2 ** 32);
    this.u32(Math.floor(value / 2 ** 32));
  }

  i64(value: bigint): void {
    this.reserve(8);
    this.#view.setBigInt64(this.#at, value, true);
    this.#at += 8;
  }

  zeros(count: number): void {
    this.reserve(count);
    this.#bytes.fill(0, this.#at, this.#at + count);
    this.#at += count;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Bytes after their length. */
  bytes(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.raw(bytes);
  }

  /** UTF-8 after its length. */
  text(text: string): void {
    this.bytes(Buffer.from(text, 'utf8'));
  }

  /** Leaves room for a u32 that {@link patch} fills in later. @returns its place. */
  hole(): number {
    this.u32(0);
    return this.#at - 4;
  }

  patch(hole: number, value: number): void {
    this.#view.setUint32(hole, value, true);
  }

  /** Forgets everything from `length` on. */
  rewind(length: number): void {
    this.#at = length;
  }

  /** What was written, in memory that nothing else uses; the writer starts again. */
  take(): Uint8Array<ArrayBuffer> {
    const isLarge = this.#bytes.length >= LARGE_BYTES;
    const taken = isLarge ? this.#bytes.subarray(0, this.#at) : this.#bytes.slice(0, this.#at);
    this.#at = 0;
    if (isLarge) this.#use(new Uint8Array(START_BYTES));
    return taken;
  }

  /** Makes room for as many bytes, so that many small writes need not. */
  reserve(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#use(grown);
  }

  #use(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
