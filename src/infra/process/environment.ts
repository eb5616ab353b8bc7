/** Environment variables by name. */
export type Environment = Readonly<NodeJS.ProcessEnv>;

/** The environment of the process. Only this file reads it, so that all variables are found here. */
export function environment(): NodeJS.ProcessEnv {
  return process.env;
}

/** The data folder; defaults to the platform's application-data folder. */
export const DATA_DIR = 'HEYCAT_DATA_DIR';
/** The folder of the socket; defaults to the platform's runtime folder. */
export const RUNTIME_DIR = 'HEYCAT_RUNTIME_DIR';
/** A host's folder of speech models, which is never written to. */
export const MODELS_DIR = 'HEYCAT_MODELS_DIR';
/** The microphone when no device is named. */
export const MICROPHONE = 'HEYCAT_MICROPHONE';
/** The SpacetimeDB server. */
export const SPACETIMEDB_BIN = 'HEYCAT_SPACETIMEDB_BIN';
