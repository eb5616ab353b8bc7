import { resolve } from 'node:path';
import { HeycatError } from '../errors.ts';
import { ModelStore } from '../infra/voice/models/model-store.ts';
import { dataFolder } from '../infra/process/paths.ts';
import { ChildRecogniser } from '../infra/voice/recogniser/child-recogniser.ts';
import type { GlobalOptions } from './connect.ts';
import { Interrupt } from './interrupt.ts';
import { answer, answerJson, endWithReader, printable, printError } from './terminal.ts';

/**
 * `heycat transcribe`: transcribes WAV files in this process, without a service.
 * @returns false when one of them was rejected; the others are printed nevertheless.
 */
export async function transcribe(
  files: readonly string[],
  { json, dataDir = dataFolder(), model }: GlobalOptions & { model?: string },
): Promise<boolean> {
  endWithReader();
  using interrupt = new Interrupt();
  const store = new ModelStore({ dataDir });
  // Before the first file: without a model every file would fail with the same error.
  const { name } = await store.choose(model ?? null);
  const recogniser = new ChildRecogniser({ chooseModel: (each) => store.choose(each) });
  interrupt.signal.addEventListener('abort', () => void recogniser.close());
  let all = true;
  try {
    for (const path of files) {
      const file = resolve(path);
      try {
        const transcript = await recogniser.transcribe({ file, model: name });
        if (json) answerJson({ file, ...transcript });
        else answer(printable(files.length === 1 ? transcript.text : `${path}: ${transcript.text}`));
      } catch (thrown) {
        interrupt.signal.throwIfAborted();
        all = false;
        printError(withFile(thrown, path), json === true);
      }
    }
  } finally {
    await recogniser.close();
  }
  return all;
}

function withFile(thrown: unknown, path: string): HeycatError {
  const { code, message, details, cause } = HeycatError.from(thrown);
  return new HeycatError(code, `${path}: ${message}`, details, { cause });
}
