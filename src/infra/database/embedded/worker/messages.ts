import type { ErrorCode } from '../../../../errors.ts';
import type { LogLevel } from '../module-host.ts';

/** What the worker is started with. Identities are 64 hex digits. */
export interface WorkerStart {
  wasmPath: string;
  folder: string;
  database: string;
  /** Owner of the database; it admits the user. */
  deployer: string;
  user: string;
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
  | { kind: 'failed'; code: ErrorCode; message: string; details: Readonly<Record<string, unknown>> }
  /** The module's text about an identity that it does not let in. */
  | { kind: 'refused'; connection: number; text: string }
  | { kind: 'frames'; batch: Uint8Array<ArrayBuffer> }
  | { kind: 'log'; level: LogLevel; text: string };
