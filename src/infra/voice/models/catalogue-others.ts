import { type CatalogueModel, named, releaseArchive } from './catalogue-model.ts';

const WHISPER = { kind: 'whisper', languages: ['en'], licence: 'MIT' } as const;

export const WHISPER_TINY_EN: CatalogueModel = {
  ...WHISPER,
  name: 'whisper-tiny.en',
  title: 'Whisper tiny, English',
  credit: 'OpenAI Whisper tiny.en, converted by sherpa-onnx',
  bytes: 104_000_000,
  sources: [
    releaseArchive('sherpa-onnx-whisper-tiny.en', {
      bytes: 118_071_777,
      sha256: '2bd6cf965c8bb3e068ef9fa2191387ee63a9dfa2a4e37582a8109641c20005dd',
      members: named('tiny.en-encoder.int8.onnx', 'tiny.en-decoder.int8.onnx', 'tiny.en-tokens.txt'),
    }),
  ],
};

export const WHISPER_BASE_EN: CatalogueModel = {
  ...WHISPER,
  name: 'whisper-base.en',
  title: 'Whisper base, English',
  credit: 'OpenAI Whisper base.en, converted by sherpa-onnx',
  bytes: 161_000_000,
  sources: [
    releaseArchive('sherpa-onnx-whisper-base.en', {
      bytes: 208_576_005,
      sha256: '475bc7052ce299c007f6d5d5407ba8601f819a2867f6eecee510ed17df581542',
      members: [
        {
          name: 'base.en-encoder.int8.onnx',
          bytes: 29_120_534,
          sha256: 'ef6b936f4c9b1d90a3b68634b60c4ed8576b26172b33c2535ec0e933c9edb823',
        },
        {
          name: 'base.en-decoder.int8.onnx',
          bytes: 130_669_978,
          sha256: 'f7162ad6db2dbef16cfaeaa7f945b9d7dd9c1b8d472f6aca82f2273d185e4d41',
        },
        {
          name: 'base.en-tokens.txt',
          bytes: 835_554,
          sha256: '306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930',
        },
      ],
    }),
  ],
};

export const SENSE_VOICE: CatalogueModel = {
  name: 'sense-voice-int8',
  title: 'SenseVoice small, Chinese, English, Japanese, Korean, Cantonese',
  kind: 'sense_voice',
  languages: ['zh', 'en', 'ja', 'ko', 'yue'],
  licence: 'FunASR Model License 1.1',
  credit: 'SenseVoice by FunAudioLLM, converted by sherpa-onnx',
  bytes: 238_000_000,
  sources: [
    releaseArchive('sherpa-onnx-sense-voice-zh-en-ja-ko-yue-int8-2025-09-09', {
      bytes: 165_783_878,
      sha256: '7305f7905bfcf77fa0b39388a313f3da35c68d971661a65475b56fb2162c8e63',
      members: named('model.int8.onnx', 'tokens.txt'),
    }),
  ],
};

const ZIPFORMER = {
  kind: 'streaming_transducer',
  languages: ['en'],
  licence: 'Apache-2.0',
  credit: 'icefall by k2-fsa',
} as const;

export const ZIPFORMER_EN: CatalogueModel = {
  ...ZIPFORMER,
  name: 'streaming-zipformer-en',
  title: 'Streaming Zipformer, English, with partial results',
  bytes: 75_000_000,
  sources: [
    releaseArchive('sherpa-onnx-streaming-zipformer-en-2023-06-26', {
      bytes: 310_414_022,
      sha256: '639e25b578e9e997131402199419c13a941f8e4e198e2da1ce57dbf5cf401282',
      members: named(
        'encoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx',
        'decoder-epoch-99-avg-1-chunk-16-left-128.onnx',
        'joiner-epoch-99-avg-1-chunk-16-left-128.int8.onnx',
        'tokens.txt',
      ),
    }),
  ],
};

export const ZIPFORMER_EN_20M: CatalogueModel = {
  ...ZIPFORMER,
  name: 'streaming-zipformer-en-20m',
  title: 'Streaming Zipformer, English, small, with partial results',
  bytes: 44_000_000,
  sources: [
    releaseArchive('sherpa-onnx-streaming-zipformer-en-20M-2023-02-17', {
      bytes: 127_887_156,
      sha256: '9c559283e8498d3fe95913c79ca1cb454bb26281ac2b102b41306c7d752765d9',
      members: named(
        'encoder-epoch-99-avg-1.int8.onnx',
        'decoder-epoch-99-avg-1.int8.onnx',
        'joiner-epoch-99-avg-1.int8.onnx',
        'tokens.txt',
      ),
    }),
  ],
};
