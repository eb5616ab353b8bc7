import { HeycatError } from '../../errors.ts';
import type { Role } from './identity/engine-identity.ts';

/** Frames in and out of one connection that speaks `v1.bsatn`; the shape the SDK's withWSFn expects. */
export interface EngineSocket {
  onopen?: (event: unknown) => void;
  onclose?: (event: unknown) => void;
  onerror?: (event: unknown) => void;
  onmessage?: (event: { data: Uint8Array }) => void;
  /** Throws once it has ended. */
  send(frame: Uint8Array): void;
  close(): void;
}

/** A running engine with the module published and the user admitted. */
export interface EngineEndpoint {
  /** Name of the database, `heycat-data`. */
  database: string;
  /** The user's identity, 64 hex digits. */
  identity: string;
  /** True when it acknowledges nothing before it is on disk. */
  durable: boolean;
  /**
   * Opens a new connection, as the user where no role is named; resolves when frames can be sent.
   * @throws HeycatError ENGINE_UNAVAILABLE when it does not open within deadlineMs, NOT_AUTHORIZED when the engine
   * refuses the user.
   */
  connect(deadlineMs: number, role?: Role): Promise<EngineSocket>;
}

export type EngineKind = 'embedded' | 'sidecar' | 'remote';
export type EngineState = 'stopped' | 'starting' | 'ready' | 'failed';

export interface EngineStatus {
  kind: EngineKind;
  state: EngineState;
  /** Process id, where the engine is a process of its own. */
  pid?: number;
  /** Version of the server or host. */
  version?: string;
  /** Why it failed, as a sentence that says what to do. */
  cause?: string;
  /**
   * The same as a word for programs: `port_taken`, `binary_missing`, `folder_unreadable`, `module_missing`,
   * `log_corrupt`; `rebuilding` while damaged data is replaced from a backup; absent where there is none.
   */
  reason?: string;
  /** Set when its data was damaged and rebuilt in this run. */
  rebuilt?: Rebuilt;
}

/** Data that was damaged and rebuilt. */
export interface Rebuilt {
  /** ISO 8601. */
  at: string;
  /** Path of the backup. */
  from: string;
  /** Events in the backup. */
  events: number;
  /** Commands of the journal behind it. */
  queued: number;
  /** Folder with what was damaged. */
  kept: string;
}

/** A place where the module runs. One contract suite, `test/contract/engine.contract.ts`, holds for all. */
export abstract class Engine {
  abstract readonly status: EngineStatus;
  /** Set by the owner: called once for each end that nobody asked for. */
  onExit?: ((cause: string) => void) | undefined;
  /**
   * Starts it, publishes the module where the published one differs, admits the user.
   * @throws HeycatError ENGINE_UNAVAILABLE with a sentence that says what to do.
   */
  abstract start(): Promise<EngineEndpoint>;
  /** Ends it gracefully; safe to call in any state. */
  abstract stop(): Promise<void>;
}

/** The engine that has the data, as it was chosen: {@link Engine} is what the service runs of it. */
export abstract class ChosenEngine extends Engine {}

/** What an engine's status says of an error that ended its start. */
export function failureOf({ message, details }: HeycatError): { cause: string; reason?: string } {
  const { reason } = details;
  return { cause: message, ...(typeof reason === 'string' && { reason }) };
}

/** @param outcome what is known of a command that was on its way. */
export function unreachable(cause: string, outcome?: 'unknown' | 'not_sent'): HeycatError {
  const details = outcome === undefined ? {} : { outcome };
  return new HeycatError('ENGINE_UNAVAILABLE', `The database engine cannot be reached: ${cause}.`, details);
}
