// Shows the untouched SDK falling into its traps, one after the other, on the real server: prints one line of JSON.
// A process of its own, because each trap ends in an unhandled rejection, which would end any other process.
import { join } from 'node:path';
import type { EventContext } from '../../src/infra/database/bindings/index.ts';
import { DbConnection } from '../../src/infra/database/bindings/index.ts';
import { EngineIdentity } from '../../src/infra/database/identity/engine-identity.ts';
import { FaultyEngine } from './faulty-engine.ts';
import { until } from './connection-harness.ts';
import { sidecarHarness } from './sidecar-harness.ts';

console.log = () => undefined;
const rejections: unknown[] = [];
process.on('unhandledRejection', (reason) => rejections.push(reason));

await using server = await sidecarHarness({ settleMs: 0 });
const engine = new FaultyEngine(server.engine);
const endpoint = await engine.start();

type Builder = ReturnType<typeof DbConnection.builder>;
interface Bare {
  sdk: DbConnection;
  keys: string[];
  disconnects: number;
}

/** Connected and subscribed to the user's settings as the SDK's manual shows it. */
async function connect(way: (builder: Builder) => Builder): Promise<Bare> {
  const bare: Bare = { sdk: undefined as never, keys: [], disconnects: 0 };
  let greeted = false;
  let applied = false;
  bare.sdk = way(DbConnection.builder())
    .withModuleName(endpoint.database)
    .withCompression('none')
    .onConnect(() => (greeted = true))
    .onDisconnect(() => (bare.disconnects += 1))
    .build();
  await until(() => greeted, 'the greeting');
  bare.sdk.db.settings.onInsert((_context: EventContext, { key }: { key: string }) => bare.keys.push(key));
  const query = `SELECT * FROM settings WHERE owner_identity = 0x${endpoint.identity}`;
  bare.sdk
    .subscriptionBuilder()
    .onApplied(() => (applied = true))
    .subscribe([query]);
  await until(() => applied, 'the subscription');
  return bare;
}

/** On our socket, into which frames can be put. */
const onOurSocket = (builder: Builder): Builder =>
  builder.withUri('ws://engine.invalid').withWSFn((async () => endpoint.connect(5_000)) as never);

const identity = await EngineIdentity.load(join(server.dataDir, 'keys'));
const [origin, token] = [await server.origin(), await identity.token('user')];
const onItsOwn = (builder: Builder): Builder =>
  builder.withUri(origin.replace('http', 'ws')).withToken(token);

let commands = 0;
function save({ sdk }: Bare, key: string): void {
  const issuedAt = { __timestamp_micros_since_unix_epoch__: BigInt(Date.now()) * 1_000n };
  sdk.reducers.saveSetting(`trap-${(commands += 1)}`, issuedAt as never, key, '1', undefined);
}

/** Saves a setting and tells whether its callback came within a second. */
async function hears(bare: Bare, key: string): Promise<boolean> {
  save(bare, key);
  return until(() => bare.keys.includes(key), key, 1_000).then(
    () => true,
    () => false,
  );
}

const throwing = await connect(onItsOwn);
const hearsBefore = await hears(throwing, 'before');
throwing.sdk.db.settings.onInsert(() => {
  throw new RangeError('a callback failed');
});
await hears(throwing, 'throws');
const hearsAfterException = await hears(throwing, 'after the exception');

const garbled = await connect(onOurSocket);
engine.socket.inject(Uint8Array.from([99, 1, 2, 3]));
const hearsAfterBadFrame = await hears(garbled, 'after the bad frame');

const again = await connect(onItsOwn);
const toldAgain = again.keys.length;
const saved = commands;
await server.crash();
await until(() => server.engine.status.state !== 'ready', 'the end of the server');
await new Promise((resolve) => setTimeout(resolve, 500));
let callThrew = false;
try {
  save(again, 'into nothing');
} catch {
  callThrew = true;
}

const report = {
  hearsBefore,
  hearsAfterException,
  hearsAfterBadFrame,
  rejections: rejections.length,
  toldAgain,
  saved,
  disconnects: again.disconnects,
  isActive: again.sdk.isActive,
  callThrew,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
