export const MODULE_DIR: string;
export const WASM_FILE: string;
export const DIGEST_FILE: string;
export function sourceFiles(moduleDir?: string): string[];
export function sourceDigest(moduleDir?: string): string;
export function builtDigest(): string;
