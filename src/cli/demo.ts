import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HeycatError } from '../errors.ts';
import { findServer } from '../infra/database/sidecar/server-binary.ts';
import { ModelStore } from '../infra/voice/models/model-store.ts';
import { dataFolder } from '../infra/process/paths.ts';
import { connect, type GlobalOptions } from './connect.ts';
import { engineReady, synced, watch } from './demo-engine.ts';
import { Hops } from './demo-hops.ts';
import { spokenTake } from './demo-take.ts';
import { recordingRoundTrip } from './demo-recording.ts';
import { Interrupt } from './interrupt.ts';
import { installFirst } from './models.ts';
import { ServiceChild } from './service-child.ts';
import { endWithReader, note } from './terminal.ts';
import { MODELS_DIR, environment } from '../infra/process/environment.ts';

export interface DemoOptions extends GlobalOptions {
  keep?: boolean;
  /** Install a speech model first if there is none. */
  installModel?: boolean;
}

const SOUND = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url));

/** `heycat demo`: starts its own service, sends one recording through every layer, and prints each hop's measured time. */
export async function demo({
  json = false,
  keep = false,
  installModel = false,
  dataDir = dataFolder(),
}: DemoOptions): Promise<void> {
  endWithReader();
  using interrupt = new Interrupt('The demo was cancelled.');
  const { signal } = interrupt;
  try {
    if (installModel) await installFirst({ json, dataDir });
    // A server built by `heycat spacetimedb install` is in the real data folder, not in the demo's.
    const server = await findServer(dataDir);
    // Models are in the real data folder as well.
    const modelsDir = environment()[MODELS_DIR] || new ModelStore({ dataDir }).folder;
    const folder = await mkdtemp(join(tmpdir(), 'heycat-demo-'));
    try {
      await run({ folder, serverBinary: server?.path, modelsDir, hops: new Hops(json), signal });
    } finally {
      if (!keep) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      note(keep ? `kept ${folder}` : `removed ${folder}`);
    }
  } catch (thrown) {
    // Ctrl-C makes pending work fail in many ways.
    throw signal.aborted ? signal.reason : thrown;
  }
}

interface Stage {
  folder: string;
  /** Absent for the embedded engine. */
  serverBinary: string | undefined;
  modelsDir: string;
  hops: Hops;
  signal: AbortSignal;
}

async function run({ folder, serverBinary, modelsDir, hops, signal }: Stage): Promise<void> {
  const data = join(folder, 'data');
  const runtimeDir = join(folder, 'run');
  const wav = join(data, 'recordings', 'demo.wav');
  await mkdir(join(data, 'recordings'), { recursive: true, mode: 0o700 });
  await copyFile(SOUND, wav);
  hops.title(`A recording travels the entire path, in ${folder}`);
  hops.part('The service starts');
  const service = new ServiceChild(['--data-dir', data, '--runtime-dir', runtimeDir], {
    ...environment(),
    HEYCAT_MODELS_DIR: modelsDir,
    ...(serverBinary !== undefined && { HEYCAT_SPACETIMEDB_BIN: serverBinary }),
  });
  let code: number | null;
  try {
    hops.hop('process_started', `the service process has started (pid ${service.pid})`);
    await service.serving(signal);
    await using ui = await connect({ runtimeDir });
    await using subscriber = await connect({ runtimeDir });
    const events = await watch(subscriber);
    await engineReady(ui, hops, signal);
    await synced(ui, events, { hops, signal });
    await recordingRoundTrip({ ui, events, wav, hops, signal });
    await spokenTake({ ui, events, wav, hops, signal });
    hops.part('The service stops');
  } catch (thrown) {
    if (!signal.aborted) note(service.lastLog);
    throw thrown;
  } finally {
    code = await service.stop();
    if (code === 0) hops.hop('stopped', 'the service has shut down gracefully, its database first');
  }
  if (code !== 0) throw new HeycatError('INTERNAL', `The service ended with code ${code}.`);
}
