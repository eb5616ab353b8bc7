import { EngineError } from '../engine-error.ts';

/** The module's memory. Every access takes the bounds of that moment: the memory moves when it grows. */
export class GuestMemory {
  private buffer: Buffer;
  private view: DataView;

  constructor(private readonly memory: { readonly buffer: ArrayBuffer }) {
    this.buffer = Buffer.from(memory.buffer);
    this.view = new DataView(memory.buffer);
  }

  /** A window on the bytes, valid until the module runs on. Traps when out of bounds or at null. */
  bytes(pointer: number, length: number): Buffer {
    const start = pointer >>> 0;
    const end = start + (length >>> 0);
    const buffer = this.current();
    if (start === 0 || end > buffer.length) throw outOfBounds();
    return buffer.subarray(start, end);
  }

  u32(pointer: number): number {
    this.check(pointer, 4);
    return this.view.getUint32(pointer >>> 0, true);
  }

  setU32(pointer: number, value: number): void {
    this.check(pointer, 4);
    this.view.setUint32(pointer >>> 0, value, true);
  }

  setU64(pointer: number, value: number): void {
    this.check(pointer, 8);
    this.view.setBigUint64(pointer >>> 0, BigInt(value), true);
  }

  private check(pointer: number, width: number): void {
    const start = pointer >>> 0;
    if (start === 0 || start + width > this.current().length) throw outOfBounds();
  }

  /** A buffer of a memory that has grown since is detached, and empty; asking the memory each time costs more. */
  private current(): Buffer {
    if (this.buffer.length === 0) {
      this.buffer = Buffer.from(this.memory.buffer);
      this.view = new DataView(this.memory.buffer);
    }
    return this.buffer;
  }
}

function outOfBounds(): EngineError {
  return new EngineError('INTERNAL', 'The module named memory that it does not have.');
}
