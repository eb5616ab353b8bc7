import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { HeycatError } from '../../../src/errors.ts';
import { EngineIdentity } from '../../../src/infra/database/identity/engine-identity.ts';
import { modulePath } from '../../../src/infra/database/module-file.ts';
import { DATABASE } from '../../../src/infra/database/module-file.ts';
import { ServerApi } from '../../../src/infra/database/sidecar/server-api.ts';
import { sidecarHarness, strangerToken, type SidecarHarness } from '../../support/sidecar-harness.ts';
import { http } from '../ownership/database.ts';

export const STATE_TABLES = [
  'recordings',
  'settings',
  'dictionary_entries',
  'voice_commands',
  'window_contexts',
] as const;

export interface Caller {
  token: string;
  /** 64 hex digits. */
  identity: string;
}

/** Columns by name; options are `[0, value]` or `[1, []]`, as the server writes them. */
export type Row = Record<string, unknown>;

/** When and as which command something is asked; made up where absent. */
export interface Issue {
  command_id?: string;
  /** Microseconds since 1970. */
  at?: number;
}

/** 2023-11-14T22:13:20Z in microseconds, unless a command says otherwise. */
export const ISSUED_AT = 1_700_000_000_000_000;

/** The module on a real server, asked over HTTP by as many members as a test wants. */
export class ModuleDatabase implements AsyncDisposable {
  private constructor(
    private readonly server: SidecarHarness,
    private readonly api: ServerApi,
    readonly deployer: Caller,
  ) {}

  static async open(): Promise<ModuleDatabase> {
    const server = await sidecarHarness({ settleMs: 0 });
    await server.engine.start();
    const api = new ServerApi(await server.origin());
    const identity = await EngineIdentity.load(`${server.dataDir}/keys`);
    const token = await identity.token('deployer', 600);
    return new ModuleDatabase(server, api, { token, identity: identity.identity('deployer') });
  }

  /** Somebody whom nobody has admitted. */
  async stranger(): Promise<Caller> {
    const token = await strangerToken(this.api.origin);
    const { identity } = await this.api.socketToken(token, AbortSignal.timeout(10_000));
    return { token, identity };
  }

  /** A new member without any data. */
  async member(): Promise<Caller> {
    const member = await this.stranger();
    expect(await this.call(this.deployer, 'admit_member', [`0x${member.identity}`])).toBe('done');
    return member;
  }

  /** Calls a reducer; resolves to `done`, or to the refusal as `CODE: sentence`. */
  async call({ token }: Caller, reducer: string, ...args: unknown[]): Promise<string> {
    try {
      await this.api.call(DATABASE, { reducer, args, token });
      return 'done';
    } catch (thrown) {
      const { code, message } = HeycatError.from(thrown);
      return `${code}: ${message}`;
    }
  }

  /** A member's way of giving commands: reducer, its arguments after issued_at, and how it is issued. */
  commandsOf(member: Caller) {
    return (reducer: string, args: unknown[], issue: Issue = {}): Promise<string> => {
      const { command_id = randomUUID(), at = ISSUED_AT } = issue;
      return this.call(member, reducer, command_id, [at], ...args);
    };
  }

  /** The caller's own rows, as the caller sees them, without the key that only the module uses; sorted. */
  async rows(caller: Caller, table: string): Promise<Row[]> {
    const query = `SELECT * FROM ${table} WHERE owner_identity = 0x${caller.identity}`;
    const { status, text } = await http(this.api.origin, { name: 'caller', token: caller.token }, [
      'POST',
      `/v1/database/${DATABASE}/sql`,
      query,
    ]);
    expect([status, text]).toEqual([200, text]);
    const [answer] = JSON.parse(text) as [
      { schema: { elements: { name: { some: string } }[] }; rows: unknown[][] },
    ];
    const names = answer.schema.elements.map(({ name }) => name.some);
    const rows = answer.rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])));
    const order = (row: Row) => Number(row['seq'] ?? row['first_seq'] ?? 0);
    return rows.sort((a, b) => order(a) - order(b)).map((row) => without(row, 'row_key'));
  }

  /** All rows of state of a caller, without what tells two owners apart. */
  async state(caller: Caller): Promise<Record<string, Row[]>> {
    const held = STATE_TABLES.map(async (table): Promise<[string, Row[]]> => {
      const rows = await this.rows(caller, table);
      return [table, rows.map((row) => without(row, 'owner_identity', 'trigger_key', 'phrase_key'))];
    });
    return Object.fromEntries(await Promise.all(held));
  }

  /** The caller's log in order, with its payloads read. */
  async events(caller: Caller): Promise<(Row & { seq: number; payload: Row })[]> {
    const rows = await this.rows(caller, 'event_log');
    return rows.map((row) => ({
      ...row,
      seq: Number(row['seq']),
      payload: JSON.parse(String(row['payload'])) as Row,
    }));
  }

  /** Publishes the module once more, as an update would. */
  async republish(): Promise<void> {
    await this.api.publish(DATABASE, this.deployer.token, await readFile(modulePath()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api.close();
    await this.server[Symbol.asyncDispose]();
  }
}

function without(row: Row, ...columns: string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !columns.includes(name)));
}
