import { BinaryWriter } from '@clockworklabs/spacetimedb-sdk';

const CALL_REDUCER = 0;
const FULL_UPDATE = 0;
/** As the SDK: nobody tells answers apart by it. */
const REQUEST_ID = 0;

/**
 * A CallReducer message of `v1.bsatn`: what the SDK sends, which builds its message types anew for each call.
 * @param args BSATN product of the reducer's parameters.
 */
export function callReducerFrame(reducer: string, args: Uint8Array): Uint8Array {
  const writer = new BinaryWriter(args.length + reducer.length + 16);
  writer.writeU8(CALL_REDUCER);
  writer.writeUInt8Array(Buffer.from(reducer, 'utf8'));
  writer.writeUInt8Array(args);
  writer.writeU32(REQUEST_ID);
  writer.writeU8(FULL_UPDATE);
  return writer.getBuffer();
}
