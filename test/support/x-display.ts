import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

export const hasXvfb = ['Xvfb -help', 'xdotool version'].every((command) => {
  const [program = '', ...args] = command.split(' ');
  return spawnSync(program, args, { stdio: 'ignore' }).error === undefined;
});

export interface XDisplay extends AsyncDisposable {
  env: NodeJS.ProcessEnv;
  /** xdotool with these arguments, for example `keydown`, `ctrl`. */
  type(...args: string[]): void;
}

/** A display of its own, with a keyboard that only we press. */
export async function xDisplay(): Promise<XDisplay> {
  const server = spawn(
    'Xvfb',
    ['-displayfd', '1', '-nolisten', 'tcp', '-noreset', '-screen', '0', '320x240x8'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const [number] = (await once(server.stdout, 'data')) as [Buffer];
  const { WAYLAND_DISPLAY: _, XDG_SESSION_TYPE: __, ...rest } = process.env;
  const env = { ...rest, DISPLAY: `:${number.toString().trim()}` };
  return {
    env,
    type: (...args) => void execFileSync('xdotool', args, { env }),
    [Symbol.asyncDispose]: async () => {
      const exited = once(server, 'exit');
      server.kill('SIGKILL');
      await exited;
    },
  };
}
