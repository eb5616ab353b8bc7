import type { ModuleDefinition } from '../host/module-definition.ts';
import type { Store } from './key-value.ts';
import { MemoryStore } from './key-value.ts';
export async function openFolderStore(
  _folder: string,
  _o: { described: Uint8Array; definition: ModuleDefinition; wasm: Uint8Array; identity: Uint8Array },
): Promise<{ store: Store; created: boolean }> {
  return { store: new MemoryStore(), created: true };
}
