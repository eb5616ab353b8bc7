import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Constant, FLOAT, INT32, INT64, onnxModel, type Value } from './onnx.ts';

// Models of a few hundred bytes with the graphs and metadata of real ones, to run the loading of each kind. Their decoders
// alone decide, so they say the same two words to every sound.

export const TINY_TEXT = 'hey cat';

const WORDS = ['▁hey', '▁cat'];
const VOCABULARY = WORDS.length + 1;
const FEATURES = 80;
/** How far a TDT model may go on after each step: 0 to 4 frames. */
const DURATIONS = 5;

/** Scores by the token before: after blank comes the first word, after it the second, and then nothing more. */
function scores(blank: number, first: number, width: number): Constant {
  const next = new Map([
    [blank, first],
    [first, first + 1],
    [first + 1, blank],
  ]);
  const values = Array.from({ length: VOCABULARY }, (_, before) =>
    Array.from({ length: width }, (_, score) =>
      score === next.get(before) || score === VOCABULARY + 1 ? 9 : 0,
    ),
  );
  return { name: 'scores', type: FLOAT, shape: [VOCABULARY, width], values: values.flat() };
}

/** A NeMo transducer of the TDT kind, as Parakeet is. */
export async function writeTinyParakeet(folder: string): Promise<void> {
  const width = VOCABULARY + DURATIONS;
  const state: Value[2] = ['layers', 'n', width];
  const encoder = onnxModel({
    inputs: [
      ['audio_signal', FLOAT, ['n', FEATURES, 't']],
      ['length', INT64, ['n']],
    ],
    outputs: [
      ['outputs', FLOAT, ['n', FEATURES, 't']],
      ['encoded_lengths', INT64, ['n']],
    ],
    nodes: [
      { op: 'Identity', inputs: ['audio_signal'], outputs: ['outputs'] },
      { op: 'Identity', inputs: ['length'], outputs: ['encoded_lengths'] },
    ],
    metadata: {
      // Without the blank.
      vocab_size: WORDS.length,
      normalize_type: 'per_feature',
      pred_rnn_layers: 1,
      pred_hidden: width,
      subsampling_factor: 1,
      feat_dim: FEATURES,
      model_type: 'EncDecRNNTBPEModel',
      // sherpa-onnx knows the kind by this.
      url: 'tiny-tdt',
    },
  });
  const decoder = onnxModel({
    inputs: [
      ['targets', INT32, ['n', 'u']],
      ['target_length', INT32, ['n']],
      ['states', FLOAT, state],
      ['cells', FLOAT, state],
    ],
    outputs: [
      ['outputs', FLOAT, ['n', width, 'u']],
      ['prednet_lengths', INT32, ['n']],
      ['states_next', FLOAT, state],
      ['cells_next', FLOAT, state],
    ],
    constants: [scores(WORDS.length, 0, width)],
    nodes: [
      { op: 'Gather', inputs: ['scores', 'targets'], outputs: ['rows'] },
      { op: 'Transpose', inputs: ['rows'], outputs: ['outputs'], attributes: { perm: [0, 2, 1] } },
      { op: 'Identity', inputs: ['target_length'], outputs: ['prednet_lengths'] },
      { op: 'Identity', inputs: ['states'], outputs: ['states_next'] },
      { op: 'Identity', inputs: ['cells'], outputs: ['cells_next'] },
    ],
  });
  const joiner = onnxModel({
    inputs: [
      ['encoder_outputs', FLOAT, ['n', FEATURES, 't']],
      ['decoder_outputs', FLOAT, ['n', width, 'u']],
    ],
    outputs: [['outputs', FLOAT, ['n', 't', 'u', width]]],
    constants: [{ name: 'axis', type: INT64, shape: [1], values: [1] }],
    nodes: [
      { op: 'Transpose', inputs: ['decoder_outputs'], outputs: ['rows'], attributes: { perm: [0, 2, 1] } },
      { op: 'Unsqueeze', inputs: ['rows', 'axis'], outputs: ['outputs'] },
    ],
  });
  const parts = { 'encoder.int8.onnx': encoder, 'decoder.int8.onnx': decoder, 'joiner.int8.onnx': joiner };
  await write(folder, parts, [...WORDS, '<blk>']);
}

/** Decoder and joiner of an icefall transducer, streaming or not. */
function icefallParts(): { decoder: Buffer; joiner: Buffer } {
  const decoder = onnxModel({
    inputs: [['y', INT64, ['n', 1]]],
    outputs: [['decoder_out', FLOAT, ['n', VOCABULARY]]],
    constants: [scores(0, 1, VOCABULARY), { name: 'axis', type: INT64, shape: [1], values: [1] }],
    nodes: [
      { op: 'Gather', inputs: ['scores', 'y'], outputs: ['rows'] },
      { op: 'Squeeze', inputs: ['rows', 'axis'], outputs: ['decoder_out'] },
    ],
    metadata: { vocab_size: VOCABULARY, context_size: 1 },
  });
  const joiner = onnxModel({
    inputs: [
      ['encoder_out', FLOAT, ['n', FEATURES]],
      ['decoder_out', FLOAT, ['n', VOCABULARY]],
    ],
    outputs: [['logit', FLOAT, ['n', VOCABULARY]]],
    nodes: [{ op: 'Identity', inputs: ['decoder_out'], outputs: ['logit'] }],
    metadata: { joiner_dim: VOCABULARY },
  });
  return { decoder, joiner };
}

/** A transducer that hears a whole sound at once, as an offline Zipformer does. */
export async function writeTinyTransducer(folder: string): Promise<void> {
  const encoder = onnxModel({
    inputs: [
      ['x', FLOAT, ['n', 't', FEATURES]],
      ['x_lens', INT64, ['n']],
    ],
    outputs: [
      ['encoder_out', FLOAT, ['n', 't', FEATURES]],
      ['encoder_out_lens', INT64, ['n']],
    ],
    nodes: [
      { op: 'Identity', inputs: ['x'], outputs: ['encoder_out'] },
      { op: 'Identity', inputs: ['x_lens'], outputs: ['encoder_out_lens'] },
    ],
    metadata: { model_type: 'zipformer2' },
  });
  const { decoder, joiner } = icefallParts();
  const name = (part: string) => `${part}-epoch-99-avg-1.onnx`;
  const parts = { [name('encoder')]: encoder, [name('decoder')]: decoder, [name('joiner')]: joiner };
  await write(folder, parts, ['<blk>', ...WORDS]);
}

/** A transducer that hears while the sound comes in, a word each 40 ms. */
export async function writeTinyStreamingTransducer(folder: string): Promise<void> {
  const state: Value[2] = [1, 'n', 2];
  const encoder = onnxModel({
    inputs: [
      ['x', FLOAT, ['n', 't', FEATURES]],
      ['h', FLOAT, state],
      ['c', FLOAT, state],
    ],
    outputs: [
      ['encoder_out', FLOAT, ['n', 1, FEATURES]],
      ['next_h', FLOAT, state],
      ['next_c', FLOAT, state],
    ],
    nodes: [
      { op: 'ReduceMean', inputs: ['x'], outputs: ['encoder_out'], attributes: { axes: [1], keepdims: 1 } },
      { op: 'Identity', inputs: ['h'], outputs: ['next_h'] },
      { op: 'Identity', inputs: ['c'], outputs: ['next_c'] },
    ],
    metadata: {
      model_type: 'lstm',
      num_encoder_layers: 1,
      T: 9,
      decode_chunk_len: 4,
      rnn_hidden_size: 2,
      d_model: 2,
    },
  });
  const { decoder, joiner } = icefallParts();
  const name = (part: string) => `${part}-epoch-99-avg-1-chunk-16-left-128.onnx`;
  const parts = { [name('encoder')]: encoder, [name('decoder')]: decoder, [name('joiner')]: joiner };
  await write(folder, parts, ['<blk>', ...WORDS]);
}

async function write(
  folder: string,
  parts: Readonly<Record<string, Buffer>>,
  tokens: string[],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'tokens.txt'), tokens.map((token, id) => `${token} ${id}\n`).join(''));
  for (const [name, content] of Object.entries(parts)) await writeFile(join(folder, name), content);
}
