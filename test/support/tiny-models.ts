import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FLOAT, INT32, INT64, onnxModel } from './onnx.ts';

/** What a tiny model hears in any sound. */
export const TINY_TEXT = 'hey cat';

const TOKENS = ['▁hey', '▁cat', '<blk>'];
const BLANK = TOKENS.length - 1;
/** How far a TDT model may go on after each step. */
const DURATIONS = 5;

/** After blank comes the first word, after it the second, and then nothing more. */
function nextToken(width: number): number[] {
  const rows = [1, BLANK, 0].map((next) => Array.from({ length: width }, (_, token) => (token === next ? 9 : 0)));
  // One frame at a time.
  for (const row of rows) if (width > TOKENS.length) row[TOKENS.length + 1] = 9;
  return rows.flat();
}

/**
 * Writes a NeMo transducer of the TDT kind with the graphs and metadata of Parakeet, in a few hundred bytes: its decoder
 * alone decides, so it says the same two words to every sound.
 */
export async function writeTinyParakeet(folder: string): Promise<void> {
  const width = TOKENS.length + DURATIONS;
  const encoder = onnxModel({
    inputs: [
      ['audio_signal', FLOAT, ['n', 80, 't']],
      ['length', INT64, ['n']],
    ],
    outputs: [
      ['outputs', FLOAT, ['n', 80, 't']],
      ['encoded_lengths', INT64, ['n']],
    ],
    nodes: [
      { op: 'Identity', inputs: ['audio_signal'], outputs: ['outputs'] },
      { op: 'Identity', inputs: ['length'], outputs: ['encoded_lengths'] },
    ],
    metadata: {
      vocab_size: BLANK,
      normalize_type: 'per_feature',
      pred_rnn_layers: 1,
      pred_hidden: width,
      subsampling_factor: 1,
      feat_dim: 80,
      model_type: 'EncDecRNNTBPEModel',
    },
  });
  const state = ['layers', 'n', width] as const;
  const decoder = onnxModel({
    inputs: [
      ['targets', INT32, ['n', 'u']],
      ['target_length', INT32, ['n']],
      ['states.1', FLOAT, state],
      ['onnx::LSTM_3', FLOAT, state],
    ],
    outputs: [
      ['outputs', FLOAT, ['n', width, 'u']],
      ['prednet_lengths', INT32, ['n']],
      ['states', FLOAT, state],
      ['162', FLOAT, state],
    ],
    constants: [{ name: 'next', type: FLOAT, shape: [TOKENS.length, width], values: nextToken(width) }],
    nodes: [
      { op: 'Gather', inputs: ['next', 'targets'], outputs: ['rows'] },
      { op: 'Transpose', inputs: ['rows'], outputs: ['outputs'], attributes: { perm: [0, 2, 1] } },
      { op: 'Identity', inputs: ['target_length'], outputs: ['prednet_lengths'] },
      { op: 'Identity', inputs: ['states.1'], outputs: ['states'] },
      { op: 'Identity', inputs: ['onnx::LSTM_3'], outputs: ['162'] },
    ],
  });
  const joiner = onnxModel({
    inputs: [
      ['encoder_outputs', FLOAT, ['n', 80, 't']],
      ['decoder_outputs', FLOAT, ['n', width, 'u']],
    ],
    outputs: [['outputs', FLOAT, ['n', 't', 'u', width]]],
    constants: [{ name: 'axis', type: INT64, shape: [1], values: [1] }],
    nodes: [
      { op: 'Transpose', inputs: ['decoder_outputs'], outputs: ['rows'], attributes: { perm: [0, 2, 1] } },
      { op: 'Unsqueeze', inputs: ['rows', 'axis'], outputs: ['outputs'] },
    ],
  });
  await write(folder, { 'encoder.int8.onnx': encoder, 'decoder.int8.onnx': decoder, 'joiner.int8.onnx': joiner });
}

async function write(folder: string, files: Readonly<Record<string, Buffer>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'tokens.txt'), TOKENS.map((token, id) => `${token} ${id}\n`).join(''));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
}
