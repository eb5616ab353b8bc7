import { describeWithServer } from './spacetimedb.ts';

export type TestedEngine = 'embedded' | 'sidecar';

/** A describe block that runs on the embedded engine, and again on the real server where one is found. */
export function describeOnEngines(name: string, tests: (engine: TestedEngine) => void): void {
  describe(`${name}, on the embedded engine`, () => tests('embedded'));
  describeWithServer(`${name}, on the sidecar`, () => tests('sidecar'));
}
