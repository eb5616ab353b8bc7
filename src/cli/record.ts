import { HeycatError } from '../errors.ts';
import type { ClientEvent } from '../infra/ipc/client/client.ts';
import { connect, type GlobalOptions } from './connect.ts';
import { Interrupt } from './interrupt.ts';
import { answer, answerJson, endWithReader, note } from './terminal.ts';

export interface RecordOptions extends GlobalOptions {
  device?: string;
  /** Wait for the text. */
  text?: boolean;
}

interface TakeResult {
  state: string;
  file_path: string | null;
  duration_ms?: number;
  stop_reason?: string;
}

type Verb = 'start' | 'stop' | 'cancel' | 'toggle';

/** `heycat toggle`, `heycat record start|stop|cancel`. */
export async function record(verb: Verb, { device, text, json, ...options }: RecordOptions): Promise<void> {
  endWithReader();
  using interrupt = new Interrupt('The text will be stored nevertheless.');
  await using client = await connect(options);
  const transcriptions = new Transcriptions();
  if (text)
    await client.subscribe({ types: [...Transcriptions.TYPES] }, (event) => transcriptions.add(event));
  const params = device === undefined ? {} : { device };
  const { result } = await client.call<{ result: TakeResult }>(`${verb}_recording`, params);
  if (text && result.file_path !== null)
    return printText(await transcriptions.of(result.file_path, interrupt.signal), json);
  if (json) answerJson(result);
  else answer(sentence(result));
}

function printText(payload: Record<string, unknown>, json: boolean | undefined): void {
  if (json) answerJson(payload);
  else answer(String(payload['text']));
}

function sentence({ state, file_path, duration_ms, stop_reason }: TakeResult): string {
  if (duration_ms === undefined) return state === 'recording' ? 'recording' : 'nothing is being recorded';
  if (file_path === null) return 'there was no sound';
  return `recorded ${(duration_ms / 1_000).toFixed(1)} s (${stop_reason}) in ${file_path}`;
}

/** The results of transcriptions, which may arrive before the answer that says which take is ours. */
class Transcriptions {
  static readonly TYPES = ['transcription_completed', 'transcription_error'] as const;
  readonly #ends = new Map<unknown, ClientEvent>();
  #wake: () => void = () => undefined;

  add(event: ClientEvent): void {
    this.#ends.set(event.payload['file_path'], event);
    this.#wake();
  }

  /** @throws HeycatError with the transcription's code when it failed. */
  async of(file: string, signal: AbortSignal): Promise<Record<string, unknown>> {
    for (;;) {
      signal.throwIfAborted();
      const end = this.#ends.get(file);
      if (end?.type === 'transcription_completed') return end.payload;
      if (end !== undefined) {
        note(`The sound is kept in ${file}.`);
        throw HeycatError.parse(`${String(end.payload['code'])}: ${String(end.payload['message'])}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
}
