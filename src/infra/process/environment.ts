/** Variables by their names. */
export type Environment = Readonly<NodeJS.ProcessEnv>;

/** What the service was started with. No other file reads it, so that all that it decides is found here. */
export function environment(): NodeJS.ProcessEnv {
  return process.env;
}

/** The folder that holds the data; the platform's application-data folder when absent. */
export const DATA_DIR = 'HEYCAT_DATA_DIR';
/** The folder of the socket; the platform's runtime folder when absent. */
export const RUNTIME_DIR = 'HEYCAT_RUNTIME_DIR';
/** A host's folder of speech models, which is only read. */
export const MODELS_DIR = 'HEYCAT_MODELS_DIR';
/** What is recorded where no device is named. */
export const MICROPHONE = 'HEYCAT_MICROPHONE';
/** The SpacetimeDB server. */
export const SPACETIMEDB_BIN = 'HEYCAT_SPACETIMEDB_BIN';
