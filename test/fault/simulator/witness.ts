import type { Engine } from '../../../src/infra/database/engine.ts';
import { EngineConnection } from '../../../src/infra/database/connection/engine-connection.ts';
import { ReadModels } from '../../../src/projections/read-models.ts';
import type { Logged } from '../model.ts';
import type { EnginePlace } from './engine.ts';
import { USER } from './identities.ts';
import { world } from './world.ts';
import { Published } from '../../support/published.ts';

export interface State {
  /** What the queries answer. */
  models: Record<string, unknown>;
  log: Logged[];
}

/** What the engine has now, folded by read models that know nothing else. @throws Error while no server runs. */
export async function readEngine({ server }: EnginePlace): Promise<State> {
  if (server === undefined) throw new Error('no server');
  const { current } = world().clock;
  const connect = async () => (await server.connect(current)).socket;
  const engine: Engine = {
    status: { kind: 'sidecar', state: 'ready' },
    start: async () => ({ database: 'heycat-data', identity: USER, durable: true, connect }),
    stop: async () => undefined,
  };
  const connection = new EngineConnection(engine, new Published());
  const models = new ReadModels();
  await new Promise<void>((resolve) => {
    connection.listen({
      onBatch: (batch) => {
        models.apply(batch);
        resolve();
      },
    });
    connection.start();
  });
  const rows = (await connection.fetch('event_log', { from: 1 })) as unknown as Logged[];
  await connection.stop();
  return {
    models: JSON.parse(JSON.stringify(models.snapshot())) as State['models'],
    log: rows.toSorted((a, b) => a.seq - b.seq),
  };
}
