import { request } from 'undici';
import type { EngineHarness } from '../contract/engine.contract.ts';
import { ServerApi } from '../../src/infra/database/sidecar/server-api.ts';
import { openServerSocket } from '../../src/infra/database/sidecar/server-socket.ts';
import { SidecarEngine, type SidecarOptions } from '../../src/infra/database/sidecar/sidecar-engine.ts';
import { serverBinary } from './spacetimedb.ts';
import { serverRecord } from './server-record.ts';
import { tempFolder } from './temp-folder.ts';

export interface SidecarHarness extends EngineHarness {
  engine: SidecarEngine;
  again(options?: Partial<SidecarOptions>): SidecarEngine;
  crash: () => Promise<void>;
  dataDir: string;
  /** `http://127.0.0.1:PORT` of the running server. */
  origin(): Promise<string>;
}

/** A sidecar engine on the real server in a folder of its own; ends every engine it gave. */
export async function sidecarHarness(options: Partial<SidecarOptions> = {}): Promise<SidecarHarness> {
  const folder = await tempFolder();
  const engines: SidecarEngine[] = [];
  const again = (more: Partial<SidecarOptions> = {}): SidecarEngine => {
    const engine = new SidecarEngine({ dataDir: folder.path, binary: serverBinary(), ...options, ...more });
    engines.push(engine);
    return engine;
  };
  const engine = again();
  const origin = async () => `http://127.0.0.1:${(await serverRecord(folder.path)).port}`;
  return {
    engine,
    again,
    dataDir: folder.path,
    origin,
    crash: async () => {
      process.kill(engine.status.pid!, 'SIGKILL');
    },
    connectAsStranger: async () => {
      const api = new ServerApi(await origin());
      try {
        const token = await strangerToken(api.origin);
        return await openServerSocket(api, 'heycat-data', { token, deadlineMs: 10_000 });
      } finally {
        await api.close();
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(engines.map((each) => each.stop()));
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Anybody may ask the server for an identity. */
export async function strangerToken(origin: string): Promise<string> {
  const { body } = await request(`${origin}/v1/identity`, { method: 'POST' });
  return ((await body.json()) as { token: string }).token;
}
