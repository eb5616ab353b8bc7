import type { EngineErrorCode } from '../engine-error.ts';
import type { LogLevel } from '../module-host.ts';

/** What the worker is started with. Identities are 32 bytes, lowest first. */
export interface WorkerStart {
  wasm: Uint8Array;
  folder: string;
  database: Uint8Array;
  /** Owner of the database. */
  owner: Uint8Array;
  /** Lets the user in: a call of the owner's before anybody connects, where the module has the reducer. */
  admission: { reducer: string; args: Uint8Array };
  /** Memory of the {@link import('./call-watch.ts').CallWatch}. */
  watch: SharedArrayBuffer;
}

export type ToWorker =
  | { kind: 'open'; connection: number; identity: Uint8Array; connectionId: Uint8Array }
  | { kind: 'close'; connection: number }
  | { kind: 'frames'; batch: Uint8Array<ArrayBuffer> }
  | { kind: 'stop' };

export type FromWorker =
  | { kind: 'ready' }
  /** It cannot start, or cannot go on; it ends itself. */
  | { kind: 'failed'; code: EngineErrorCode; message: string; details: Readonly<Record<string, unknown>> }
  /** The module's text about an identity that it does not let in. */
  | { kind: 'refused'; connection: number; text: string }
  | { kind: 'frames'; batch: Uint8Array<ArrayBuffer> }
  | { kind: 'log'; level: LogLevel; text: string };
