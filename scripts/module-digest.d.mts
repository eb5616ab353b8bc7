export interface ModuleFiles {
  dir: string;
  wasm: string;
  digest: string;
}
export const HEYCAT_DATA: ModuleFiles;
export const KITCHEN_SINK: ModuleFiles;
export function sourceFiles(moduleDir: string): string[];
export function sourceDigest(moduleDir: string): string;
export function builtDigest(module: ModuleFiles): string;
