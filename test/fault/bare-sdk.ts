// The bare SDK and its server under the same kind of load and the same kills, to compare with: `bare-sdk.ts KILLS SEED`.
// Prints a line of JSON. A process of its own, because what the SDK leaves unhandled would end any other.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Timestamp } from '@clockworklabs/spacetimedb-sdk';
import { EngineIdentity } from '../../src/infra/database/identity/engine-identity.ts';
import { DbConnection } from '../../src/infra/database/bindings/index.ts';
import { until } from '../support/connection-harness.ts';
import { oneOf, seededRandom } from '../support/random.ts';
import { sidecarHarness } from '../support/sidecar-harness.ts';
import { Load, type CommandAnswer, type Lane } from './load.ts';
import { judge } from './model.ts';
import { sum } from './sum.ts';

const SENDERS = 24;
const PAUSE_MS = 3;
const NEXT_KILL_MS = 1_000;
const KEYS = 5;
/** On one server: what it has would have to be read again at each start. */
const KILLS_A_ROUND = 20;
const HUNG = { code: 'HUNG', retryable: false, details: {} };

console.log = () => undefined;
process.on('unhandledRejection', () => undefined);
const [kills = 0, seed = 1] = process.argv.slice(2).map(Number);
const random = seededRandom(seed);
type Server = Awaited<ReturnType<typeof sidecarHarness>>;

/** One connection as the SDK's manual shows it: used until its server has gone. */
class BareClient {
  readonly #waiting = new Map<string, { done(answer: CommandAnswer): void; hung(error: object): void }>();

  #isAbandoned = false;

  private constructor(readonly sdk: DbConnection) {
    sdk.reducers.onSaveSetting(({ event }, commandId) => {
      if (event.status.tag === 'Committed')
        this.#waiting.get(commandId)?.done({ status: 'applied', seq: 0, result: {} });
      this.#waiting.delete(commandId);
    });
  }

  static async open(server: Server): Promise<BareClient> {
    const { database } = await server.engine.start();
    const token = await (await EngineIdentity.load(join(server.dataDir, 'keys'))).token('user');
    const uri = (await server.origin()).replace('http', 'ws');
    const builder = DbConnection.builder().withUri(uri).withModuleName(database).withToken(token);
    const sdk = await new Promise<DbConnection>((resolve) => {
      builder.withCompression('none').onConnect(resolve).build();
    });
    return new BareClient(sdk);
  }

  save(command_id: string, key: string, value: number): ReturnType<Lane['send']> {
    return new Promise((done, hung) => {
      // A sender that had it in its hands when it was abandoned.
      if (this.#isAbandoned) return hung(HUNG);
      this.#waiting.set(command_id, { done, hung });
      this.sdk.reducers.saveSetting(command_id, Timestamp.now(), key, String(value), undefined);
    });
  }

  /** The SDK itself tells nobody: whoever waits would wait for ever. */
  abandon(): void {
    this.#isAbandoned = true;
    for (const { hung } of this.#waiting.values()) hung(HUNG);
  }

  async log(): Promise<{ seq: number; command_id: string }[]> {
    const query = `SELECT * FROM event_log WHERE owner_identity = 0x${this.sdk.identity!.toHexString()}`;
    await new Promise<void>((resolve) => {
      this.sdk
        .subscriptionBuilder()
        .onApplied(() => resolve())
        .subscribe([query]);
    });
    const rows = [...this.sdk.db.eventLog.iter()];
    return rows
      .map(({ seq, commandId }) => ({ seq: Number(seq), command_id: commandId }))
      .sort((a, b) => a.seq - b.seq);
  }
}

async function round(ends: number) {
  await using server = await sidecarHarness({ settleMs: 0 });
  let client = BareClient.open(server);
  const lanes = Array.from({ length: SENDERS }, (_, lane): Lane => {
    let n = 0;
    const next = () => {
      n += 1;
      return { method: 'save_setting', params: { key: `${lane} ${n % KEYS}`, value: n }, events: 1 };
    };
    const send: Lane['send'] = async (_method, { command_id, key, value }) =>
      (await client).save(String(command_id), String(key), Number(value));
    return { writer: { name: String(lane), next }, send };
  });
  const load = new Load(lanes, { random, sleep, pauseMs: PAUSE_MS });
  await client;
  load.start();
  for (let end = 0; end < ends; end += 1) {
    const back = load.acknowledged + SENDERS;
    await until(() => load.acknowledged >= back, 'the load');
    await sleep(random() * NEXT_KILL_MS);
    const bare = await client;
    process.kill(server.engine.status.pid!, oneOf(random, ['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGTERM']));
    await until(() => server.engine.status.state !== 'ready', 'the end of the server');
    client = BareClient.open(server);
    bare.abandon();
    await client;
  }
  await load.end();
  const last = await client;
  const { lost, doubled, refused_yet_logged } = judge(load.sent, await last.log(), []);
  last.sdk.disconnect();
  return {
    commands: load.sent.length,
    acknowledged: load.acknowledged,
    lost,
    doubled,
    never_answered: load.sent.length - load.acknowledged,
    never_answered_yet_applied: refused_yet_logged,
  };
}

const rounds: Awaited<ReturnType<typeof round>>[] = [];
for (let left = kills; left > 0; left -= KILLS_A_ROUND)
  rounds.push(await round(Math.min(left, KILLS_A_ROUND)));
process.stdout.write(`bare SDK: ${JSON.stringify({ kills, seed, ...rounds.reduce(sum) })}\n`);
