import { open, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeycatError } from '../../../errors.ts';
import { Backoff } from '../../process/backoff.ts';
import { digestOf } from './digest.ts';

export interface Download {
  url: string;
  /** In hex. */
  sha256: string;
  /** Receives the number of bytes so far, and the total; 0 if the server does not announce it. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal | undefined;
  /** A connection that delivers nothing for this many ms is closed. */
  stallMs?: number;
  /** Time between two attempts, in ms; doubles each time. */
  pauseMs?: number;
}

const STALL_MS = 30_000;
const PAUSE_MS = 1_000;
/** The limit for consecutive attempts that delivered nothing. */
const VAIN_ATTEMPTS = 4;

/**
 * Downloads a file; after a broken connection, Ctrl-C or a crash the next call resumes it.
 * @param path of the unfinished file, which is complete when this returns.
 * @throws HeycatError CONFLICT if the content is not the one expected (it is removed), INTERNAL if it is unavailable,
 * CANCELLED.
 */
export async function download(path: string, options: Download): Promise<void> {
  const { pauseMs = PAUSE_MS, signal } = options;
  const backoff = new Backoff({ minMs: pauseMs, jitter: 0 });
  for (;;) {
    const before = await sizeOf(path);
    const failure = await attempt(path, before, options).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (signal?.aborted) throw HeycatError.from(signal.reason);
    if (failure === undefined) break;
    if (failure instanceof HeycatError) throw failure;
    if ((await sizeOf(path)) > before) backoff.reset();
    const waitMs = backoff.next();
    if (backoff.failures >= VAIN_ATTEMPTS) throw unreachable(options.url, failure);
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  }
  if ((await digestOf(path, signal)) === options.sha256) return;
  await rm(path);
  const sentence = `The content of ${options.url} does not have the expected SHA-256 and was removed; try again, or use another source.`;
  throw new HeycatError('CONFLICT', sentence, { url: options.url });
}

async function attempt(path: string, have: number, options: Download): Promise<void> {
  const { url, onProgress, stallMs = STALL_MS } = options;
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(), stallMs);
  const signals = [stalled.signal, ...(options.signal === undefined ? [] : [options.signal])];
  try {
    const headers = { 'accept-encoding': 'identity', ...(have > 0 && { range: `bytes=${have}-` }) };
    const response = await fetch(url, { headers, signal: AbortSignal.any(signals) });
    const from = startOf(response, have);
    if (from === undefined) return;
    const total = from + Number(response.headers.get('content-length') ?? -from);
    const file = await open(path, from === 0 ? 'w' : 'r+', 0o600);
    try {
      let done = from;
      onProgress?.(done, total);
      for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        await file.write(chunk, 0, chunk.length, done);
        done += chunk.length;
        timer.refresh();
        onProgress?.(done, total);
      }
    } finally {
      await file.close();
    }
  } finally {
    clearTimeout(timer);
  }
}

/** The offset of the body in the file; undefined if the file was already complete. */
function startOf(response: Response, have: number): number | undefined {
  if (response.status === 200) return 0;
  if (response.status === 206) {
    const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
    return start === undefined ? have : Number(start);
  }
  // There is nothing after what we have: the digest shows whether it is right.
  if (response.status === 416 && have > 0) return undefined;
  // Busy servers answer with these statuses; any other answer would be the same next time.
  if (response.status === 429 || response.status >= 500) throw new TypeError(`status ${response.status}`);
  throw new HeycatError('INTERNAL', `${response.url} answered ${response.status}.`, {
    status: response.status,
  });
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function unreachable(url: string, failure: unknown): HeycatError {
  const cause = (failure as { cause?: { code?: string } }).cause?.code;
  const sentence = `${url} cannot be reached${cause === undefined ? '' : ` (${cause})`}; what has arrived so far is kept.`;
  return new HeycatError('INTERNAL', sentence, { url }, { cause: failure });
}
