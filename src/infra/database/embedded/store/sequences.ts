import type { SequenceDefinition } from '../host/module-definition.ts';
import { asText, type Readable, type Writes } from './key-value.ts';
import type { TableAccess } from './table-access.ts';

const NONE = Buffer.alloc(0);

/** Next values of counter columns. As on the server, a call that is rolled back leaves a gap. */
export class Sequences {
  private readonly next = new Map<SequenceDefinition, bigint>();

  constructor(private readonly committed: Readable) {}

  /** Puts the next value into each counter column that is zero; returns those values as BSATN. */
  fill(table: TableAccess, row: Buffer, writes: Writes): Buffer {
    if (table.sequences.length === 0) return NONE;
    const generated: Buffer[] = [];
    for (const sequence of table.sequences) {
      const start = table.offset(sequence.column);
      const column = row.subarray(start, table.codecs[sequence.column]!.end(row, start));
      if (column.some((byte) => byte !== 0)) continue;
      writeInteger(column, this.take(table, sequence, writes));
      generated.push(column);
    }
    return Buffer.concat(generated);
  }

  private take(table: TableAccess, sequence: SequenceDefinition, writes: Writes): bigint {
    const key = `s${table.rowPrefix.slice(1)}${String.fromCharCode(sequence.column & 255)}`;
    const value = this.next.get(sequence) ?? this.stored(key) ?? sequence.start;
    const next = following(sequence, value);
    this.next.set(sequence, next);
    writes.set(key, next.toString());
    return value;
  }

  private stored(key: string): bigint | undefined {
    const value = this.committed.get(key);
    return value === undefined ? undefined : BigInt(asText(value));
  }
}

/** A sequence that has reached its bound starts again at the other one. */
function following({ min, max, increment }: SequenceDefinition, value: bigint): bigint {
  const next = value + increment;
  if (increment > 0n && next > max) return min + ((next - max - 1n) % (max - min + 1n));
  if (increment <= 0n && next < min) return max - ((min - next - 1n) % (max - min + 1n));
  return next;
}

function writeInteger(column: Buffer, value: bigint): void {
  for (let at = 0, rest = value; at < column.length; at++, rest >>= 8n) column[at] = Number(rest & 0xffn);
}
