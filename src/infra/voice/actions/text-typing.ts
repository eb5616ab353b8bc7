import { runProgram } from '../../process/child/run-program.ts';
import type { CommandLine } from '../../process/child/subprocess.ts';

const MACOS_TYPIST = `
  ObjC.import('Foundation');
  const bytes = $.NSFileHandle.fileHandleWithStandardInput.readDataToEndOfFile;
  const text = $.NSString.alloc.initWithDataEncoding(bytes, $.NSUTF8StringEncoding).js;
  const events = Application('System Events');
  function run([delayMs]) {
    for (const character of text) { events.keystroke(character); delay(Number(delayMs) / 1000); }
  }`;
/** Time, in addition to the delays, for a program that starts slowly. */
const SPARE_MS = 10_000;

export interface Typing {
  text: string;
  delayMs: number;
}

/** Types into the window with the keyboard focus; undefined if no program can. */
export async function typeText(
  { text, delayMs }: Typing,
  { platform, env }: { platform: NodeJS.Platform; env: NodeJS.ProcessEnv },
): Promise<'typed' | 'failed' | undefined> {
  const timeoutMs = SPARE_MS + [...text].length * (delayMs + 10);
  for (const typist of typists(platform, env, delayMs)) {
    const { code, error } = await runProgram(typist, { input: text, timeoutMs, env, onStderr: null });
    if (error === undefined) return code === 0 ? 'typed' : 'failed';
  }
  return undefined;
}

/** Programs that type the text on their standard input. */
function typists(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, delayMs: number): CommandLine[] {
  const delay = String(delayMs);
  if (platform === 'darwin') {
    return [['osascript', '-l', 'JavaScript', '-e', MACOS_TYPIST, delay]];
  }
  if (platform !== 'linux') return [];
  const ydotool: CommandLine = ['ydotool', 'type', '--key-delay', delay, '--file', '-'];
  if (env['WAYLAND_DISPLAY']) return [['wtype', '-d', delay, '-'], ydotool];
  const xdotool: CommandLine = ['xdotool', 'type', '--clearmodifiers', '--delay', delay, '--file', '-'];
  return env['DISPLAY'] ? [xdotool, ydotool] : [ydotool];
}
