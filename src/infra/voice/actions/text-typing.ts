import { run } from './program.ts';

/** A program that types what it reads. */
interface Typist {
  program: string;
  args: readonly string[];
}

const MACOS_TYPIST = `
  ObjC.import('Foundation');
  const bytes = $.NSFileHandle.fileHandleWithStandardInput.readDataToEndOfFile;
  const text = $.NSString.alloc.initWithDataEncoding(bytes, $.NSUTF8StringEncoding).js;
  const events = Application('System Events');
  function run([delayMs]) {
    for (const character of text) { events.keystroke(character); delay(Number(delayMs) / 1000); }
  }`;
/** On top of the delays, for a program that starts slowly. */
const SPARE_MS = 10_000;

export interface Typing {
  text: string;
  delayMs: number;
}

/** Types where the keyboard's focus is; undefined when no program can. */
export async function typeText(
  { text, delayMs }: Typing,
  { platform, env }: { platform: NodeJS.Platform; env: NodeJS.ProcessEnv },
): Promise<'typed' | 'failed' | undefined> {
  const timeoutMs = SPARE_MS + [...text].length * (delayMs + 10);
  for (const { program, args } of typists(platform, env, delayMs)) {
    const code = await run({ program, args, env }, { input: text, timeoutMs });
    if (code !== undefined) return code === 0 ? 'typed' : 'failed';
  }
  return undefined;
}

/** All read the text from their input. */
function typists(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, delayMs: number): Typist[] {
  const delay = String(delayMs);
  if (platform === 'darwin') {
    return [{ program: 'osascript', args: ['-l', 'JavaScript', '-e', MACOS_TYPIST, delay] }];
  }
  if (platform !== 'linux') return [];
  const ydotool = { program: 'ydotool', args: ['type', '--key-delay', delay, '--file', '-'] };
  if (env['WAYLAND_DISPLAY']) return [{ program: 'wtype', args: ['-d', delay, '-'] }, ydotool];
  const xdotool = { program: 'xdotool', args: ['type', '--clearmodifiers', '--delay', delay, '--file', '-'] };
  return env['DISPLAY'] ? [xdotool, ydotool] : [ydotool];
}
