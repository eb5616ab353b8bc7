import { createPrivateKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Timestamp, type DbConnectionImpl } from '@clockworklabs/spacetimedb-sdk';
import { SignJWT } from 'jose';
import { request } from 'undici';
import { EngineIdentity } from '../../../src/infra/database/identity/engine-identity.ts';
import { DATABASE } from '../../../src/infra/database/module-file.ts';
import { ServerApi } from '../../../src/infra/database/sidecar/server-api.ts';
import { DbConnection, type RemoteReducers } from '../../../src/infra/database/bindings/index.ts';
import { sidecarHarness, strangerToken } from '../../support/sidecar-harness.ts';

/** Every table that the module makes public. */
export const PUBLIC_TABLES = [
  'recordings',
  'settings',
  'dictionary_entries',
  'voice_commands',
  'window_contexts',
  'event_log',
  'command_receipts',
  'stream_heads',
] as const;

/** Somebody who may or may not be let in. */
export interface Caller {
  name: string;
  /** Absent: anonymous. */
  token?: string;
}

export interface Member extends Caller {
  token: string;
  /** 64 hex digits. */
  identity: string;
}

/** A server with two admitted users that have rows in every table, and people who have no business there. */
export interface Database extends AsyncDisposable {
  origin: string;
  deployer: Member;
  alice: Member;
  bob: Member;
  outsiders: Caller[];
}

export async function openDatabase(): Promise<Database> {
  const harness = await sidecarHarness();
  await harness.engine.start();
  const origin = await harness.origin();
  const api = new ServerApi(origin);
  const keys = await EngineIdentity.load(`${harness.dataDir}/keys`);
  const privateKey = createPrivateKey(await readFile(keys.privateKeyPath, 'utf8'));
  const member = async (name: string, token: string): Promise<Member> => {
    const { identity } = await api.socketToken(token, AbortSignal.timeout(10_000));
    return { name, token, identity };
  };
  const deployer = await member('deployer', await keys.token('deployer', 600));
  const alice = await member('alice', await keys.token('user', 600));
  const bob = await member('bob', await mint(privateKey, 'bob'));
  await api.call(DATABASE, { reducer: 'admit_member', args: [[`0x${bob.identity}`]], token: deployer.token });
  await api.close();
  const otherKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const outsiders: Caller[] = [
    { name: 'a stranger', token: await strangerToken(origin) },
    { name: 'nobody' },
    { name: 'somebody with a forged token', token: await mint(otherKeys.privateKey, keys.subject('user')) },
    { name: 'somebody unadmitted with our keys', token: await mint(privateKey, 'mallory') },
    { name: 'somebody with garbage', token: 'eyJhbGciOiJub25lIn0.e30.' },
  ];
  await Promise.all([fill(origin, alice), fill(origin, bob)]);
  return {
    origin,
    deployer,
    alice,
    bob,
    outsiders,
    [Symbol.asyncDispose]: () => harness[Symbol.asyncDispose](),
  };
}

/** A token as the service mints its own, valid for ten minutes. */
function mint(key: KeyObject, subject: string): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
    .setSubject(subject)
    .setIssuer('localhost')
    .setAudience(['spacetimedb'])
    .setIssuedAt()
    .setExpirationTime('10 min')
    .sign(key);
}

/** What `key`, ids, triggers and command_ids both users have, so that a collision would show. */
export const SHARED = { key: 'theme', trigger: 'brb', commandId: '00000000-0000-4000-8000-000000000001' };

/** Gives a member one row in each area, with that member's name in it. */
async function fill(origin: string, member: Member): Promise<void> {
  using user = await BareClient.connect(origin, member);
  const { name } = member;
  const at = Timestamp.now();
  const outcomes = [
    await user.run('save_setting', (reducers) =>
      reducers.saveSetting(SHARED.commandId, at, SHARED.key, JSON.stringify(name), undefined),
    ),
    await user.run('add_recording', (reducers) => reducers.addRecording(randomUUID(), at, take(name))),
    await user.run('add_dictionary_entry', (reducers) =>
      reducers.addDictionaryEntry(randomUUID(), at, {
        trigger: SHARED.trigger,
        replacement: name,
        enabled: true,
        suffix: undefined,
        disableSuffix: false,
        autoEnter: false,
        completeMatchOnly: false,
      }),
    ),
    await user.run('add_voice_command', (reducers) =>
      reducers.addVoiceCommand(randomUUID(), at, {
        phrase: SHARED.trigger,
        actionType: 'custom',
        actionPayload: JSON.stringify(name),
        enabled: true,
      }),
    ),
    await user.run('add_window_context', (reducers) =>
      reducers.addWindowContext(randomUUID(), at, {
        name,
        appName: name,
        titlePattern: undefined,
        enabled: true,
        priority: 0,
        dictionaryMode: 'merge',
        commandMode: 'merge',
        dictionaryEntryIds: [1n],
        voiceCommandIds: [1n],
      }),
    ),
  ];
  expect(outcomes).toEqual(outcomes.map(() => 'committed'));
}

export function take(name: string) {
  return {
    filePath: `/home/${name}/take.wav`,
    durationMs: 100n,
    sampleRate: 16_000,
    transcription: `said by ${name}`,
    transcriptionModel: undefined,
    status: 'completed',
    error: undefined,
    stopReason: undefined,
    activeWindowApp: undefined,
    activeWindowTitle: undefined,
    recovered: false,
  };
}

type Row = { ownerIdentity: { toHexString(): string } } & Record<string, unknown>;
interface SdkTable {
  iter(): Row[];
  onInsert(callback: (context: unknown, row: Row) => void): void;
  onDelete(callback: (context: unknown, row: Row) => void): void;
}

/** The SDK as it comes, with the generated bindings: what anybody can point at the server. */
export class BareClient implements Disposable {
  /** Owners of all rows that were ever told, initial ones included. */
  readonly toldOwners = new Set<string>();
  readonly #connection: DbConnection;

  private constructor(connection: DbConnection) {
    this.#connection = connection;
    for (const table of Object.values(this.#tables())) {
      const note = (_: unknown, row: Row): void => void this.toldOwners.add(row.ownerIdentity.toHexString());
      table.onInsert(note);
      table.onDelete(note);
    }
  }

  /** Rejects when the server or the module refuses the caller. */
  static connect(origin: string, { token }: Caller): Promise<BareClient> {
    return quietly(
      () =>
        new Promise((resolve, reject) => {
          const connection = DbConnection.builder()
            .withUri(origin.replace('http', 'ws'))
            .withModuleName(DATABASE)
            .withCompression('none')
            .withToken(token)
            .onConnect(() => resolve(new BareClient(connection)))
            .onConnectError(() => reject(new Error('refused')))
            .onDisconnect(() => reject(new Error('refused')))
            .build();
        }),
    );
  }

  /** Resolves to `applied`, or to the server's refusal. */
  subscribe(...queries: string[]): Promise<string> {
    return new Promise((resolve) => {
      this.#connection
        .subscriptionBuilder()
        .onApplied(() => resolve('applied'))
        .onError((context: { event?: Error }) => resolve(context.event?.message ?? 'refused'))
        .subscribe(queries);
    });
  }

  /** Calls a reducer; resolves to `committed`, or to the module's refusal. */
  run(reducer: string, call: (reducers: RemoteReducers) => void): Promise<string> {
    const connection = this.#connection as unknown as DbConnectionImpl;
    return new Promise((resolve) => {
      const onEnd = ({ event }: { event: { status: { tag: string; value?: unknown } } }): void => {
        (connection.offReducer as (name: string, callback: unknown) => void)(reducer, onEnd);
        resolve(event.status.tag === 'Committed' ? 'committed' : String(event.status.value));
      };
      connection.onReducer(reducer, onEnd as never);
      call(this.#connection.reducers);
    });
  }

  rows(table: string): Row[] {
    return [...this.#tables()[table]!.iter()];
  }

  [Symbol.dispose](): void {
    this.#connection.disconnect();
  }

  #tables(): Record<string, SdkTable> {
    const db = this.#connection.db as unknown as Record<string, SdkTable>;
    const camel = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    return Object.fromEntries(PUBLIC_TABLES.map((name) => [name, db[camel(name)]!]));
  }
}

const spoken = { log: console.log, error: console.error };
let connecting = 0;

/** The SDK announces itself on the console, also later: for as long as somebody connects, nobody hears it. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  connecting += 1;
  Object.assign(console, { log: () => undefined, error: () => undefined });
  try {
    return await work();
  } finally {
    connecting -= 1;
    if (connecting === 0) Object.assign(console, spoken);
  }
}

export interface HttpAnswer {
  status: number;
  text: string;
}

/** One HTTP request as the caller. */
export async function http(
  origin: string,
  { token }: Caller,
  [method, path, body]: ['GET' | 'POST' | 'PUT' | 'DELETE', string, (string | Uint8Array)?],
): Promise<HttpAnswer> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  const answer = await request(`${origin}${path}`, { method, headers, body: body ?? null });
  return { status: answer.statusCode, text: await answer.body.text() };
}

export function call(
  origin: string,
  caller: Caller,
  [reducer, args]: [string, unknown[]],
): Promise<HttpAnswer> {
  return http(origin, caller, ['POST', `/v1/database/${DATABASE}/call/${reducer}`, JSON.stringify(args)]);
}

/** The rows of a query over HTTP; a refusal shows none. Servers differ in how they say no. */
export async function sql(origin: string, caller: Caller, query: string): Promise<unknown[]> {
  const { status, text } = await http(origin, caller, ['POST', `/v1/database/${DATABASE}/sql`, query]);
  if (status >= 400) return [];
  return (JSON.parse(text) as { rows: unknown[] }[]).flatMap(({ rows }) => rows);
}
