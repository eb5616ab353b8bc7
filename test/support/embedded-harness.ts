import { fileURLToPath } from 'node:url';
import type { EngineHarness } from '../contract/engine.contract.ts';
import { EmbeddedEngine, type EmbeddedOptions } from '../../src/infra/database/embedded-engine.ts';
import { tempFolder } from './temp-folder.ts';

/** Lets the worker thread of a test run TypeScript sources. */
export const TYPESCRIPT_ARGV = [
  '--no-warnings',
  '--import',
  fileURLToPath(new URL('./register-typescript.mjs', import.meta.url)),
];

const STRANGER = `c200${'ab'.repeat(30)}`;

export interface EmbeddedHarness extends EngineHarness {
  engine: EmbeddedEngine;
  again(options?: Partial<EmbeddedOptions>): EmbeddedEngine;
  crash: () => Promise<void>;
  dataDir: string;
}

/** An embedded engine in a folder of its own; ends every engine it gave. */
export async function embeddedHarness(options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedHarness> {
  const folder = await tempFolder();
  const engines: EmbeddedEngine[] = [];
  const again = (more: Partial<EmbeddedOptions> = {}): EmbeddedEngine => {
    const engine = new EmbeddedEngine({
      dataDir: folder.path,
      execArgv: TYPESCRIPT_ARGV,
      ...options,
      ...more,
    });
    engines.push(engine);
    return engine;
  };
  const engine = again();
  return {
    engine,
    again,
    dataDir: folder.path,
    crash: () => engine.crash(),
    connectAsStranger: () => engine.connectAs(STRANGER, 10_000),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(engines.map((each) => each.stop()));
      await folder[Symbol.asyncDispose]();
    },
  };
}
