const FULL = 512;

/**
 * A map whose keys can be walked in order. The order is only kept from the first walk on: most are small, short-lived
 * and only asked for single keys.
 */
export class OrderedMap<V> {
  private readonly values = new Map<string, V>();
  /** Sorted keys in sorted pieces, none empty. */
  private pieces: string[][] | undefined;

  get size(): number {
    return this.values.size;
  }

  get(key: string): V | undefined {
    return this.values.get(key);
  }

  set(key: string, value: V): void {
    if (this.pieces !== undefined && !this.values.has(key)) this.insert(this.pieces, key);
    this.values.set(key, value);
  }

  delete(key: string): void {
    if (this.values.delete(key) && this.pieces !== undefined) this.remove(this.pieces, key);
  }

  entries(): IterableIterator<[string, V]> {
    return this.values.entries();
  }

  /** From `start` up to but without `end`, in order; what is set or deleted meanwhile may be missed. */
  *range(start: string, end: string | undefined): Generator<[string, V]> {
    if (this.values.size === 0) return;
    const pieces = (this.pieces ??= cut([...this.values.keys()].sort(compare)));
    for (let index = pieceFor(pieces, start); index < pieces.length; index++) {
      const piece = pieces[index]!;
      for (let at = position(piece, start); at < piece.length; at++) {
        const key = piece[at]!;
        if (end !== undefined && key >= end) return;
        const value = this.values.get(key);
        if (value !== undefined) yield [key, value];
      }
    }
  }

  private insert(pieces: string[][], key: string): void {
    const index = Math.min(pieceFor(pieces, key), pieces.length - 1);
    const piece = pieces[index];
    if (piece === undefined) {
      pieces.push([key]);
      return;
    }
    piece.splice(position(piece, key), 0, key);
    if (piece.length > FULL) pieces.splice(index + 1, 0, piece.splice(FULL / 2));
  }

  private remove(pieces: string[][], key: string): void {
    const index = pieceFor(pieces, key);
    const piece = pieces[index]!;
    piece.splice(position(piece, key), 1);
    if (piece.length === 0) pieces.splice(index, 1);
  }
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function cut(keys: string[]): string[][] {
  const pieces: string[][] = [];
  for (let at = 0; at < keys.length; at += FULL / 2) pieces.push(keys.slice(at, at + FULL / 2));
  return pieces;
}

/** The first piece whose last key is not before `key`. */
function pieceFor(pieces: string[][], key: string): number {
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (pieces[middle]!.at(-1)! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where `key` stands or would stand. */
function position(piece: string[], key: string): number {
  let [low, high] = [0, piece.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (piece[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
