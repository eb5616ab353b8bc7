import { EmbeddedEngine } from '../../src/infra/database/embedded-engine.ts';
import type { Engine } from '../../src/infra/database/engine.ts';
import { SidecarEngine } from '../../src/infra/database/sidecar/sidecar-engine.ts';
import { TYPESCRIPT_ARGV } from './embedded-harness.ts';
import { describeWithServer } from './spacetimedb.ts';

export type TestedEngine = 'embedded' | 'sidecar';

/** A describe block that runs on the embedded engine, and again on the real server where one is found. */
export function describeOnEngines(name: string, tests: (engine: TestedEngine) => void): void {
  describe(`${name}, on the embedded engine`, () => tests('embedded'));
  describeWithServer(`${name}, on the sidecar`, () => tests('sidecar'));
}

/** An engine on a data folder, and how to kill its thread or its server. */
export function testedEngine(
  kind: TestedEngine,
  dataDir: string,
): { engine: Engine; crash(): Promise<void> } {
  if (kind === 'embedded') {
    const engine = new EmbeddedEngine({ dataDir, execArgv: TYPESCRIPT_ARGV });
    return { engine, crash: () => engine.crash() };
  }
  const engine = new SidecarEngine({ dataDir });
  return { engine, crash: async () => void process.kill(engine.status.pid!, 'SIGKILL') };
}
