import type { Engine, EngineKind } from '../database/engine.ts';

/** What a host may say of the service; everything has a default. */
export interface ServiceOptions {
  /**
   * Where the module runs, or an engine of the host's own, which ends with the service. Default `auto`: where the data
   * is; in a new folder the sidecar if a server is found, else embedded.
   */
  engine?: 'auto' | EngineKind | Engine;
  /** Default: HEYCAT_DATA_DIR, or the platform's application-data folder. */
  dataDir?: string;
  /** Folder of the socket and its discovery file. Default: HEYCAT_RUNTIME_DIR, or the platform's runtime folder. */
  runtimeDir?: string;
  /** False: no socket. Default true. */
  listen?: boolean;
}
