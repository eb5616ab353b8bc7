import { jest } from '@jest/globals';
import * as realCrypto from 'node:crypto';
import * as realNet from 'node:net';
import * as realOs from 'node:os';
import type { Backups } from '../../../src/infra/backup/backups.ts';
import { USER } from './identities.ts';
import { files, filesPromises } from './files.ts';
import { takeOverGlobals, timersPromises } from './timers.ts';
import { isSimulated, world } from './world.ts';

/** Puts the simulated machine in place of Node's own for all code that is imported from now on. */
export function replaceBuiltins(): void {
  takeOverGlobals();
  jest.unstable_mockModule('node:timers/promises', () => timersPromises);
  jest.unstable_mockModule('node:fs/promises', () => filesPromises);
  jest.unstable_mockModule('node:fs', () => files);
  jest.unstable_mockModule('node:net', () => ({
    ...realNet,
    createServer: (...given: Parameters<ReturnType<typeof world>['net']['createServer']>) =>
      world().net.createServer(...given),
    connect: (path: string) => world().net.connect(path),
  }));
  jest.unstable_mockModule('node:os', () => ({
    ...realOs,
    uptime: () => (isSimulated() ? world().clock.boot / 1_000 : realOs.uptime()),
  }));
  // Nest looks for a package that is not there, at each start.
  jest.unstable_mockModule('@nestjs/core/helpers/optional-require.js', () => ({
    optionalRequire: async () => ({}),
  }));
  // It draws numbers in advance: how many depends on what ran before.
  let lastId = 0;
  jest.unstable_mockModule('@nestjs/common/utils/random-string-generator.util.js', () => ({
    randomStringGenerator: () => String((lastId += 1)),
  }));
  // What leaves the event loop for a thread of its own would come back in no one's turn.
  replaceSource('database/identity/engine-identity', { EngineIdentity: { load: async () => IDENTITY } });
  // They are compressed by threads, which have no virtual time.
  replaceSource('backup/backups', { Backups: NoBackups });
  jest.unstable_mockModule('fs-native-extensions', () => ({ tryLock: () => true }));
  jest.unstable_mockModule('node:crypto', () => ({ ...realCrypto, randomBytes, randomUUID }));
}

const IDENTITY = { identity: () => USER };

const replaceSource = (name: string, exported: object): void =>
  void jest.unstable_mockModule(`../../../src/infra/${name}.ts`, () => exported);

/** Those of a service whose engine is never ready to make one. */
class NoBackups implements Pick<Backups, 'isReady' | 'newest' | 'look' | 'close'> {
  readonly isReady = false;
  readonly newest = undefined;

  async look(): Promise<void> {}

  async close(): Promise<void> {}
}

function randomBytes(length: number): Buffer {
  if (!isSimulated()) return realCrypto.randomBytes(length);
  return Buffer.from(Array.from({ length }, () => Math.floor(world().random() * 256)));
}

function randomUUID(): string {
  const hex = randomBytes(16).toString('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20),
  ];
  return parts.join('-');
}
