import { DbConnection } from '../../../../src/infra/database/bindings/index.ts';
import { callReducerFrame } from '../../../../src/infra/database/connection/frames.ts';

/** What the SDK sends for a call, over a socket that goes nowhere. */
async function frameOfTheSdk(reducer: string, args: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const socket = { send: resolve, close: () => undefined };
    const connection = DbConnection.builder()
      .withUri('ws://engine.invalid')
      .withModuleName('heycat-data')
      .withWSFn(async () => socket as never)
      .build();
    (
      connection as unknown as { callReducer(name: string, bytes: Uint8Array, flags: string): void }
    ).callReducer(reducer, args, 'FullUpdate');
  });
}

describe('a reducer call on the wire', () => {
  it.each([
    ['heartbeat', Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)],
    ['add_dictionary_entry', new Uint8Array(700).fill(65)],
    ['nothing_to_say', new Uint8Array(0)],
  ])('LNK10 a call is byte for byte what the SDK sends: %s', async (reducer, args) => {
    expect([...callReducerFrame(reducer, args)]).toEqual([...(await frameOfTheSdk(reducer, args))]);
  });
});
