import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findModelFiles, type ModelKind } from '../../../../src/infra/voice/models/model-files.ts';
import { sherpaConfig } from '../../../../src/infra/voice/recogniser/model-config.ts';
import { fixture, testRecogniser } from '../../../support/speech.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import {
  TINY_TEXT,
  writeTinyParakeet,
  writeTinyStreamingTransducer,
  writeTinyTransducer,
} from '../../../support/tiny-models.ts';

const ZIPFORMER = ['encoder', 'decoder', 'joiner'].map((part) => `${part}-epoch-99-avg-1`);

/** Folder, its files, the kind told by them, and the part of the configuration that names them. */
const FOLDERS: [string, string[], ModelKind, object][] = [
  [
    'sherpa-onnx-nemo-parakeet-tdt-0.6b-v3-int8',
    ['encoder.int8.onnx', 'decoder.int8.onnx', 'joiner.int8.onnx', 'tokens.txt', 'test_wavs'],
    'nemo_transducer',
    {
      transducer: { encoder: 'encoder.int8.onnx', decoder: 'decoder.int8.onnx', joiner: 'joiner.int8.onnx' },
    },
  ],
  [
    'zipformer',
    [...ZIPFORMER.flatMap((name) => [`${name}.onnx`, `${name}.int8.onnx`]), 'tokens.txt'],
    'transducer',
    { transducer: { encoder: 'encoder-epoch-99-avg-1.int8.onnx' } },
  ],
  [
    'sherpa-onnx-streaming-zipformer-en',
    [...ZIPFORMER.map((name) => `${name}.onnx`), 'tokens.txt'],
    'streaming_transducer',
    { transducer: { joiner: 'joiner-epoch-99-avg-1.onnx' } },
  ],
  [
    'moonshine-tiny-en',
    ['encoder_model.ort', 'decoder_model_merged.ort', 'tokens.txt'],
    'moonshine',
    { moonshine: { encoder: 'encoder_model.ort', mergedDecoder: 'decoder_model_merged.ort' } },
  ],
  [
    'old-moonshine',
    [
      'preprocess.onnx',
      'encode.int8.onnx',
      'uncached_decode.int8.onnx',
      'cached_decode.int8.onnx',
      'tokens.txt',
    ],
    'moonshine',
    {
      moonshine: {
        preprocessor: 'preprocess.onnx',
        encoder: 'encode.int8.onnx',
        uncachedDecoder: 'uncached_decode.int8.onnx',
        cachedDecoder: 'cached_decode.int8.onnx',
      },
    },
  ],
  [
    'whisper',
    ['tiny.en-encoder.onnx', 'tiny.en-encoder.int8.onnx', 'tiny.en-decoder.int8.onnx', 'tiny.en-tokens.txt'],
    'whisper',
    { whisper: { encoder: 'tiny.en-encoder.int8.onnx', decoder: 'tiny.en-decoder.int8.onnx' } },
  ],
  ['sense', ['model.onnx', 'tokens.txt'], 'sense_voice', { senseVoice: { model: 'model.onnx' } }],
];

/** The paths of a folder as names. */
function inFolder(folder: string, config: object): unknown {
  return JSON.parse(JSON.stringify(config).replaceAll(`${folder}/`, ''));
}

const WAV = fixture('open-the-calculator');

describe('kinds of models', () => {
  it.each(FOLDERS)(
    'REC16 the files of %s tell what it is and how it is loaded',
    async (name, files, kind, parts) => {
      await using root = await tempFolder();
      const folder = join(root.path, name);
      await mkdir(folder);
      for (const file of files) await writeFile(join(folder, file), '');
      const found = (await findModelFiles(folder))!;
      expect(found.kind).toBe(kind);
      const { streaming, config } = sherpaConfig(found, 2);
      expect(streaming).toBe(kind === 'streaming_transducer');
      expect(inFolder(folder, config)).toMatchObject({
        modelConfig: {
          ...parts,
          tokens: files.find((file) => file.endsWith('tokens.txt')),
          numThreads: 2,
          debug: 0,
        },
      });
      const without = (await findModelFiles(folder, kind === 'whisper' ? 'moonshine' : 'whisper'))?.kind;
      expect(without).toBeUndefined();
    },
  );

  it('REC16 a folder where a file is missing is no model', async () => {
    await using folder = await tempFolder();
    for (const file of ['encoder.onnx', 'decoder.onnx', 'tokens.txt'])
      await writeFile(join(folder.path, file), '');
    expect(await findModelFiles(folder.path)).toBeUndefined();
    expect(await findModelFiles(join(folder.path, 'gone'))).toBeUndefined();
  });

  it('REC17 loads and runs a NeMo transducer of the TDT kind, as Parakeet is, and others', async () => {
    await using models = await tempFolder();
    await writeTinyParakeet(join(models.path, 'parakeet-tdt-0.6b-v3-int8'));
    await writeTinyParakeet(join(models.path, 'unnamed'));
    await writeTinyTransducer(join(models.path, 'zipformer'));
    await using place = testRecogniser({}, models.path);
    for (const model of ['parakeet-tdt-0.6b-v3-int8', 'unnamed', 'zipformer']) {
      expect(await place.recogniser.transcribe({ file: WAV, model })).toMatchObject({
        text: TINY_TEXT,
        model,
      });
    }
  });

  it('REC18 tells the text as it forms where the model hears it so', async () => {
    await using models = await tempFolder();
    await writeTinyStreamingTransducer(join(models.path, 'streaming'));
    await using place = testRecogniser({}, models.path);
    const partial: string[] = [];
    const { text } = await place.recogniser.transcribe({ file: WAV, model: null }, (soFar) =>
      partial.push(soFar),
    );
    expect(text).toBe(TINY_TEXT);
    expect(partial.length).toBeGreaterThan(0);
    expect(partial.every((soFar, index) => soFar.startsWith(partial[index - 1] ?? ''))).toBe(true);
  });
});
