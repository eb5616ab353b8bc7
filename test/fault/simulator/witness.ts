import type { Engine } from '../../../src/infra/engine/engine.ts';
import { Link } from '../../../src/infra/link/link.ts';
import { ReadModels } from '../../../src/projections/read-models.ts';
import type { EnginePlace } from './engine.ts';
import { USER } from './identities.ts';
import { world } from './world.ts';

/** Read models that know nothing but the rows that the engine has now, as they would be told to a client. */
export async function freshlyRead({ server }: EnginePlace): Promise<unknown> {
  if (server === undefined) return undefined;
  const { current } = world().clock;
  const connect = async () => (await server.connect(current)).socket;
  const engine: Engine = {
    status: { kind: 'sidecar', state: 'ready' },
    start: async () => ({ database: 'heycat-data', identity: USER, durable: true, connect }),
    stop: async () => undefined,
  };
  const link = new Link(engine);
  const models = new ReadModels();
  await new Promise<void>((resolve) => {
    link.listen({
      onBatch: (batch) => {
        models.apply(batch);
        resolve();
      },
    });
    link.start();
  });
  await link.stop();
  return JSON.parse(JSON.stringify(models.snapshot()));
}
