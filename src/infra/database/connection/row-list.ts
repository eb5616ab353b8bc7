import type { BsatnReader } from '../../bsatn/bsatn-reader.ts';

const FIXED_SIZE_ROWS = 0;

/** A reader of the rows in a list, one after the other. */
export function openRows(reader: BsatnReader): BsatnReader {
  if (reader.u8() === FIXED_SIZE_ROWS) reader.skip(2);
  else reader.skip(8 * reader.u32()); // where each row begins
  return reader.part();
}
