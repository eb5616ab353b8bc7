import { fstatSync } from 'node:fs';
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createHeycat, type Heycat, type HeycatEvent, type HeycatOptions } from './heycat.ts';
import { HeycatError } from './errors.ts';
import { readRuntimeFile, type RuntimeFile } from './infra/ipc/transport/runtime-file.ts';
import { JsonLogger, type LogLevel } from './infra/process/logger.ts';
import { garbageCollector, ownThisProcess, whileIdle } from './infra/process/idle-memory.ts';
import { runtimeFolder } from './infra/process/paths.ts';

export interface ServeOptions extends Pick<HeycatOptions, 'engine' | 'dataDir' | 'runtimeDir'> {
  logLevel?: LogLevel;
  /** The service ends when its standard input, a pipe that its parent holds, does. */
  exitWithParent?: boolean;
  /** Called once, when clients can connect. */
  onServing?: (announced: RuntimeFile) => void;
}

/** A graceful shutdown that takes longer is cut short. */
const CLOSE_MS = 20_000;
/** Ctrl-C under npx arrives twice, from the terminal and from npm. */
const SAME_PRESS_MS = 500;
const CONTEXT = 'Service';

/**
 * Runs the service in this process until a signal, the end of its parent or a fault ends it. Its log goes to stderr.
 * @returns the exit code: 0 after an end that was asked for, 1 after a fault.
 * @throws HeycatError BUSY, NOT_AUTHORIZED or INVALID_ARGUMENT when it cannot start.
 */
export async function serve(options: ServeOptions = {}): Promise<number> {
  const { logLevel = 'info', exitWithParent = false, onServing, ...rest } = options;
  const runtimeDir = rest.runtimeDir ?? runtimeFolder();
  if (exitWithParent) assertLifeline();
  const logger = new JsonLogger(logLevel);
  keepStdoutClean(logger);
  const end = untilEnd(logger, exitWithParent);
  ownThisProcess();
  const stopCollecting = whileIdle(garbageCollector());
  let heycat: Heycat | undefined;
  try {
    heycat = await createHeycat({ ...rest, runtimeDir, logger });
    await logProgress(heycat, logger);
    onServing?.(await readRuntimeFile(runtimeDir));
    return await end;
  } finally {
    stopCollecting();
    // An open lifeline would keep the process.
    if (exitWithParent) process.stdin.destroy();
    if (heycat !== undefined) await close(heycat, logger);
  }
}

async function close(heycat: Heycat, logger: JsonLogger): Promise<void> {
  setTimeout(() => {
    logger.fatal(`The shutdown took longer than ${CLOSE_MS / 1_000} s and was cut short`, CONTEXT);
    process.exit(1);
  }, CLOSE_MS).unref();
  await heycat.close();
  logger.log('stopped', CONTEXT);
}

/** Resolves with the exit code once something asks the process to end. */
function untilEnd(logger: JsonLogger, exitWithParent: boolean): Promise<number> {
  return new Promise((resolve) => {
    let askedAt: number | undefined;
    const ask = (why: string, code = 0): void => {
      if (askedAt === undefined) logger.log(`stopping: ${why}`, CONTEXT);
      askedAt ??= performance.now();
      resolve(code);
    };
    process.on('SIGINT', () => {
      if (askedAt !== undefined && performance.now() - askedAt > SAME_PRESS_MS) process.exit(1);
      ask('SIGINT');
    });
    process.on('SIGTERM', () => ask('SIGTERM'));
    process.on('SIGHUP', () => ask('SIGHUP'));
    // Unhandled rejections arrive here too.
    process.on('uncaughtException', (error) => {
      logger.fatal(faultOf(error), CONTEXT);
      if (askedAt !== undefined) process.exit(1);
      ask('a fault', 1);
    });
    // A host may close the pipes it does not read.
    process.stdout.on('error', () => undefined);
    if (!exitWithParent) return;
    const gone = (): void => ask('the parent closed standard input');
    process.stdin.on('end', gone).on('error', gone).resume();
  });
}

/** With a terminal, a file or /dev/null as input the service would end at once or never. */
function assertLifeline(): void {
  const input = fstatSync(0);
  if (process.platform === 'win32' || input.isFIFO() || input.isSocket()) return;
  throw new HeycatError(
    'INVALID_ARGUMENT',
    '--exit-with-parent needs a pipe as standard input, which the parent keeps open as long as it lives.',
    { field: 'exit-with-parent' },
  );
}

/** The engine's client prints on the console. After the first colon it may quote rows, and so what was dictated. */
function keepStdoutClean(logger: JsonLogger): void {
  const toLog = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      logger.debug(chunk.toString('utf8').split(':', 1)[0]!.trim(), 'Console');
      done();
    },
  });
  globalThis.console = new Console(toLog);
}

/** Where the fault happened, without its message: that may quote what was dictated. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return `A fault of type ${typeof error}`;
  const code = (error as { code?: unknown }).code;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [`${error.name}${typeof code === 'string' ? ` ${code}` : ''}`, ...frames].join('\n');
}

async function logProgress(heycat: Heycat, logger: JsonLogger): Promise<void> {
  logger.log('serving; the engine is starting', CONTEXT);
  await follow(heycat, logger);
}

async function follow(heycat: Heycat, logger: JsonLogger): Promise<void> {
  const logEvent = (event: HeycatEvent): void => {
    if (event.type === 'sync_complete') logSynced(logger);
    else if (event.type === 'connection_status' && event.payload.connected) void logEngine(heycat, logger);
  };
  // Another history ends the subscription, and is there by then.
  const followAgain = async (): Promise<void> => {
    await follow(heycat, logger);
    logSynced(logger);
    await logEngine(heycat, logger);
  };
  const types = ['connection_status', 'sync_complete'];
  await heycat.subscribe({ types }, logEvent, () => void followAgain().catch(() => undefined));
}

function logSynced(logger: JsonLogger): void {
  logger.log('sync_complete: the read models are up to date', CONTEXT);
}

/** Never rejects: what is only logged must not end the service. */
async function logEngine(heycat: Heycat, logger: JsonLogger): Promise<void> {
  type Answer = { engine: { kind: string; version?: string; pid?: number } };
  const status = await heycat.call<Answer>('get_status').catch(() => undefined);
  if (status === undefined) return;
  const { engine } = status;
  logger.log(`engine ready: ${engine.kind} ${engine.version ?? ''} (pid ${engine.pid ?? 'own'})`, CONTEXT);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await serve();
