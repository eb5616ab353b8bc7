import { ERRNO, Errno } from './errno.ts';

/** As the server does it: rows travel in pieces that end with the row which takes them above this size. */
const PIECE = 32 * 1024;
export const EXHAUSTED = -1;

interface Pieces {
  pieces: Buffer[];
  next: number;
}

/** The module's open iterators. Handles start at 1; a closed one's is used again. */
export class RowIterators {
  private readonly slots: (Pieces | undefined)[] = [];

  open(rows: Iterable<Buffer>): number {
    const free = this.slots.indexOf(undefined);
    const slot = free < 0 ? this.slots.length : free;
    this.slots[slot] = { pieces: inPieces(rows), next: 0 };
    return slot + 1;
  }

  /**
   * Fills `target` with complete pieces; `report` gets how many bytes were written, or the size of the next piece
   * where it does not fit. Returns -1 when that was all, which closes the iterator.
   */
  advance(handle: number, target: () => Buffer, report: (length: number) => void): number {
    const iterator = this.slots[handle - 1];
    if (iterator === undefined) throw new Errno(ERRNO.NO_SUCH_ITER);
    const buffer = target();
    let written = 0;
    for (let piece; (piece = iterator.pieces[iterator.next]) !== undefined; iterator.next++) {
      if (written + piece.length > buffer.length) break;
      piece.copy(buffer, written);
      written += piece.length;
    }
    const left = iterator.pieces[iterator.next];
    if (left === undefined) this.close(handle);
    else if (written === 0) {
      report(left.length);
      throw new Errno(ERRNO.BUFFER_TOO_SMALL);
    }
    report(written);
    return left === undefined ? EXHAUSTED : 0;
  }

  close(handle: number): void {
    if (this.slots[handle - 1] === undefined) throw new Errno(ERRNO.NO_SUCH_ITER);
    this.slots[handle - 1] = undefined;
  }

  clear(): void {
    this.slots.length = 0;
  }
}

function inPieces(rows: Iterable<Buffer>): Buffer[] {
  const pieces: Buffer[] = [];
  let open: Buffer[] = [];
  let size = 0;
  const flush = () => {
    if (open.length > 0) pieces.push(open.length === 1 ? open[0]! : Buffer.concat(open, size));
    open = [];
    size = 0;
  };
  for (const row of rows) {
    open.push(row);
    size += row.length;
    if (size > PIECE) flush();
  }
  if (size > 0) flush();
  return pieces;
}
