import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tempFolder } from './temp-folder.ts';
import { TONE_HZ } from './tone.ts';

export const hasPulseAudio = ['pulseaudio', 'pactl', 'parec'].every(
  (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
);

export interface PulseAudio extends AsyncDisposable {
  /** For processes that shall record from it, by PulseAudio or ALSA. */
  env: NodeJS.ProcessEnv;
  /** Ends the server as a crash of it would, or an unplugged device. */
  kill(): Promise<void>;
  /** Runs it again in the same place. */
  start(): Promise<void>;
}

/** A sound server of its own, whose only device hears a tone. */
export async function pulseAudio(): Promise<PulseAudio> {
  const folder = await tempFolder();
  const home = join(folder.path, 'home');
  await mkdir(join(home, 'run'), { recursive: true, mode: 0o700 });
  await writeFile(join(home, '.asoundrc'), 'pcm.!default { type pulse }\nctl.!default { type pulse }\n');
  const env = { ...process.env, HOME: home, PULSE_RUNTIME_PATH: join(home, 'run'), HEYCAT_MICROPHONE: '' };
  let server = await begin(env);
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  return {
    env,
    kill,
    start: async () => {
      server = await begin(env);
    },
    [Symbol.asyncDispose]: async () => {
      await kill();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function begin(env: NodeJS.ProcessEnv) {
  const modules = [
    'module-null-sink sink_name=mic rate=16000 channels=1',
    'module-native-protocol-unix',
    `module-sine sink=mic frequency=${TONE_HZ}`,
  ];
  const server = spawn(
    'pulseaudio',
    ['-n', '--daemonize=no', '--exit-idle-time=-1', ...modules.flatMap((each) => ['-L', each])],
    { env, stdio: 'ignore' },
  );
  const pactl = (...args: string[]) => execFileSync('pactl', args, { env, stdio: 'ignore' });
  for (let tries = 0; ; tries++) {
    try {
      pactl('set-default-source', 'mic.monitor');
      return server;
    } catch (error) {
      if (tries > 200 || server.exitCode !== null) throw error;
      await sleep(50);
    }
  }
}
