import { setImmediate } from 'node:timers/promises';
import { BsatnReader } from '../../bsatn/bsatn-reader.ts';
import type { KeyedRow, RemoteModule } from './remote-module.ts';
import { openRows } from './row-list.ts';

/** What a new subscription selects, by table; a row that two of its queries select is there twice. */
export type SubscribedRows = ReadonlyMap<string, KeyedRow[]>;

const SUBSCRIBED = 8;
const UNSUBSCRIBED = 9;
/** Kind, request id, host time and query id: what comes before the rows. */
const HEAD_BYTES = 1 + 4 + 8 + 4;
/** Read in one go, which takes a few milliseconds; then whatever else waits has its turn. */
const ROWS_AT_ONCE = 5_000;

export function carriesRows(frame: Uint8Array): boolean {
  return frame[0] === SUBSCRIBED || frame[0] === UNSUBSCRIBED;
}

/** The same frame for the SDK, which would decode each row again and keep it. */
export function withoutRows(frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + 4);
  bytes.set(frame.subarray(0, HEAD_BYTES));
  return bytes;
}

/**
 * Reads the rows of a frame that {@link isServerFrame} has found well-formed; those that an ended subscription takes
 * away are of no interest.
 * @throws HeycatError INTERNAL for a row that cannot be read, or a table that the module does not have.
 */
export async function readSubscribed(frame: Uint8Array, module: RemoteModule): Promise<SubscribedRows> {
  const found = new Map<string, KeyedRow[]>();
  if (frame[0] !== SUBSCRIBED) return found;
  const reader = new BsatnReader(frame, HEAD_BYTES);
  let untilPause = ROWS_AT_ONCE;
  for (let tables = reader.u32(); tables > 0; tables--) {
    reader.skip(4); // table id
    const { name, decode } = module.table(reader.text());
    const rows = found.get(name) ?? [];
    found.set(name, rows);
    reader.skip(8); // number of rows
    for (let updates = reader.u32(); updates > 0; updates--) {
      reader.u8(); // compression, which is none
      openRows(reader); // deletes, of which there are none
      const list = openRows(reader);
      for (; !list.isAtEnd; untilPause--) {
        rows.push(decode(list));
        if (untilPause > 0) continue;
        await setImmediate();
        untilPause = ROWS_AT_ONCE;
      }
      list.assertWhole();
    }
  }
  return found;
}
