import { HeycatError } from '../../../src/errors.ts';
import { Backoff } from '../../../src/infra/process/backoff.ts';
import { EngineConnection } from '../../../src/infra/database/connection/engine-connection.ts';
import { Supervisor } from '../../../src/infra/database/connection/supervisor.ts';
import { embeddedHarness } from '../../support/embedded-harness.ts';
import { FaultyEngine } from '../../support/faulty-engine.ts';
import { ConnectionHarness, until, type CrashableEngine } from '../../support/connection-harness.ts';
import { sidecarHarness } from '../../support/sidecar-harness.ts';
import { describeWithServer } from '../../support/spacetimedb.ts';
import { Published } from '../../support/published.ts';

function describeSignOfLife(name: string, create: () => Promise<CrashableEngine>): void {
  describe(`${name}: a sign of life that is asked for`, () => {
    it('LNK19 comes at once; an engine that stays silent then is noticed as ever', async () => {
      await using harness = await ConnectionHarness.start(await create());
      await until(() => harness.connection.isUp, 'the connection');
      const { socket, sockets } = harness.engine;
      const asked = () => socket.sent.filter((frame) => Buffer.from(frame).includes('heartbeat')).length;
      // Heard a moment ago, so that nothing is asked by itself yet.
      await harness.saveSetting('just heard', true);
      const [before, answers] = [asked(), socket.frames.length];
      harness.connection.checkNow();
      expect(asked()).toBe(before + 1);
      await until(() => socket.frames.length > answers, 'the answer');
      const { heartbeats } = harness.connection;
      await until(() => harness.connection.heartbeats > heartbeats, 'the next heartbeat');
      expect(sockets).toHaveLength(1);

      const { length } = harness.baselines;
      socket.muted = true;
      harness.connection.checkNow();
      await harness.baselineAfter(length);
      expect(harness.statuses.findLast(({ connected }) => !connected)?.error).toBe(
        'the engine does not answer',
      );
    });

    it('LNK20 between two attempts the next one comes at once', async () => {
      const { engine, ...rest } = await create();
      await using _owned = rest;
      const faulty = new FaultyEngine(engine);
      faulty.refusal = new HeycatError('ENGINE_UNAVAILABLE');
      const supervisor = new Supervisor({
        backoff: new Backoff({ minMs: 600_000, maxMs: 600_000, jitter: 0 }),
      });
      const published = new Published();
      const connection = new EngineConnection(faulty, published, { supervisor });
      connection.start();
      await until(() => published.of('connection_status').length > 0, 'the refusal');
      faulty.refusal = undefined;
      connection.checkNow();
      await until(() => connection.isUp, 'the connection');
      await connection.stop();
    });

    it('LNK19 is not asked for where there is no session', async () => {
      await using harness = await ConnectionHarness.start(await create());
      await harness.connection.stop();
      const { length } = harness.engine.socket.sent;
      harness.connection.checkNow();
      expect(harness.engine.socket.sent).toHaveLength(length);
    });
  });
}

describeSignOfLife('embedded', () => embeddedHarness());
describeWithServer('on a server', () => describeSignOfLife('sidecar', () => sidecarHarness({ settleMs: 0 })));
