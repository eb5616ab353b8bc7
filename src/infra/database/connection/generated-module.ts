import { BinaryWriter, type AlgebraicType } from '@clockworklabs/spacetimedb-sdk';
import { HeycatError } from '../../../errors.ts';
import { DbConnection } from '../bindings/index.ts';
import { compileEncoder, type Encode } from '../../bsatn/schema-codec.ts';

/** What the connection uses of the generated description of the module. */
export interface GeneratedModule {
  tables: Record<string, { rowType: AlgebraicType }>;
  reducers: Record<string, { argsType: AlgebraicType }>;
  versionInfo: { cliVersion: string };
}

let cached: GeneratedModule | undefined;
const encoders = new Map<string, Encode>();

/** The description in bindings/, which is generated and hands it only to a connection builder. */
export function generatedModule(): GeneratedModule {
  if (cached === undefined) {
    const builder = DbConnection.builder() as unknown as { remoteModule: GeneratedModule };
    cached = builder.remoteModule;
  }
  return cached;
}

/** A reducer's arguments, given by their snake_case names, as they are sent. Throws HeycatError when one does not fit. */
export function encodeCall(reducer: string, args: Record<string, unknown>): Uint8Array {
  const writer = new BinaryWriter(512);
  encodeReducerArgs(reducer, writer, args);
  return writer.getBuffer();
}

/** Writes a reducer's arguments, given by their snake_case names. */
export function encodeReducerArgs(
  reducer: string,
  writer: BinaryWriter,
  args: Record<string, unknown>,
): void {
  let encode = encoders.get(reducer);
  if (encode === undefined) {
    const argsType = generatedModule().reducers[reducer]?.argsType;
    if (argsType === undefined) throw new HeycatError('INTERNAL', `The module has no reducer ${reducer}.`);
    encoders.set(reducer, (encode = compileEncoder(argsType)));
  }
  encode(writer, args);
}
