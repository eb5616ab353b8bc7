import { BinaryReader, type AlgebraicType } from '@clockworklabs/spacetimedb-sdk';
import type { BsatnReader } from '../../bsatn/decode.ts';
import { SdkConnection } from '../connection/sdk-connection.ts';
import { deferred } from '../../process/waiting.ts';
import { remoteModule, type RemoteModuleOptions, type RemoteTable } from '../connection/remote-module.ts';
import type { SubscribedRows } from '../connection/frames.ts';
import { HeycatError } from '../../../errors.ts';
import type { EngineEndpoint } from '../engine.ts';

/** A row to the last bit: what the connection makes of it for the wire loses microseconds and numbers beyond 2^53. */
export interface ExactRow<T = Record<string, unknown>> {
  /** As the SDK reads it. */
  value: T;
  /** BSATN. */
  bytes: Uint8Array;
}

export const DEADLINE_MS = 120_000;

/**
 * Rows of one table, over a connection of their own: nothing of them stays in a cache.
 * @param where SQL; all rows when absent.
 * @throws HeycatError ENGINE_UNAVAILABLE
 */
export async function readRows<T = Record<string, unknown>>(
  endpoint: EngineEndpoint,
  table: string,
  where?: string,
): Promise<ExactRow<T>[]> {
  const rows = deferred<ExactRow<T>[]>();
  const fail = (cause: string): void =>
    rows.reject(new HeycatError('ENGINE_UNAVAILABLE', `${table} could not be read: ${cause}.`, { table }));
  const handlers = { onTransaction: () => undefined, onDown: fail };
  const connection = await SdkConnection.open(endpoint, DEADLINE_MS, handlers, exactModule);
  const late = setTimeout(() => fail('the engine did not answer in time'), DEADLINE_MS);
  try {
    const query = `SELECT * FROM ${table}${where === undefined ? '' : ` WHERE ${where}`}`;
    const onApplied = (found: SubscribedRows): void =>
      rows.resolve((found.get(table) ?? []) as unknown as ExactRow<T>[]);
    connection.subscribe([query], onApplied, fail);
    return await rows.promise;
  } finally {
    clearTimeout(late);
    connection.close();
  }
}

/** The rows of every table, private ones too, whoever owns them. */
function exactModule(options: RemoteModuleOptions) {
  const table = (name: string): RemoteTable => {
    const type = options.generated.tables[name]?.rowType;
    if (type === undefined) throw new HeycatError('INTERNAL', `There is no table ${name}.`);
    return { name, decode: (reader) => ({ ...exactRow(type, reader) }), keyOf: (row) => row };
  };
  return { ...remoteModule(options), table };
}

function exactRow(type: AlgebraicType, reader: BsatnReader): ExactRow {
  const rest = reader.rest();
  const sdk = new BinaryReader(rest);
  const value = type.deserialize(sdk) as Record<string, unknown>;
  // The SDK counts from the beginning of the memory that its bytes lie in.
  const bytes = rest.subarray(0, sdk.offset - rest.byteOffset);
  reader.skip(bytes.length);
  return { value, bytes };
}
