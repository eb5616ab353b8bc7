import { type CatalogueModel, releaseArchive } from './catalogue-model.ts';

const COMMON = {
  kind: 'nemo_transducer',
  licence: 'CC-BY-4.0',
  bytes: 671_000_000,
} as const;

export const PARAKEET_V3: CatalogueModel = {
  ...COMMON,
  name: 'parakeet-tdt-0.6b-v3-int8',
  title: 'Parakeet TDT 0.6B v3, 25 European languages',
  languages: 'bg hr cs da nl en et fi fr de el hu it lv lt mt pl pt ro sk sl es sv ru uk'.split(' '),
  credit: 'NVIDIA Parakeet TDT 0.6B v3, converted by sherpa-onnx',
  sources: [
    releaseArchive('sherpa-onnx-nemo-parakeet-tdt-0.6b-v3-int8', {
      bytes: 487_170_055,
      sha256: '5793d0fd397c5778d2cf2126994d58e9d56b1be7c04d13c7a15bb1b4eafb16bf',
      members: [
        {
          name: 'encoder.int8.onnx',
          bytes: 652_184_281,
          sha256: 'acfc2b4456377e15d04f0243af540b7fe7c992f8d898d751cf134c3a55fd2247',
        },
        {
          name: 'decoder.int8.onnx',
          bytes: 11_845_275,
          sha256: '179e50c43d1a9de79c8a24149a2f9bac6eb5981823f2a2ed88d655b24248db4e',
        },
        {
          name: 'joiner.int8.onnx',
          bytes: 6_355_277,
          sha256: '3164c13fc2821009440d20fcb5fdc78bff28b4db2f8d0f0b329101719c0948b3',
        },
        {
          name: 'tokens.txt',
          bytes: 93_939,
          sha256: 'd58544679ea4bc6ac563d1f545eb7d474bd6cfa467f0a6e2c1dc1c7d37e3c35d',
        },
      ],
    }),
  ],
};

export const PARAKEET_V2: CatalogueModel = {
  ...COMMON,
  name: 'parakeet-tdt-0.6b-v2-int8',
  title: 'Parakeet TDT 0.6B v2, English',
  languages: ['en'],
  credit: 'NVIDIA Parakeet TDT 0.6B v2, converted by sherpa-onnx',
  sources: [
    releaseArchive('sherpa-onnx-nemo-parakeet-tdt-0.6b-v2-int8', {
      bytes: 482_468_385,
      sha256: '157c157bc51155e03e37d2466522a3a737dd9c72bb25f36eb18912964161e1ad',
      members: [
        {
          name: 'encoder.int8.onnx',
          bytes: 652_184_296,
          sha256: 'a32b12d17bbbc309d0686fbbcc2987b5e9b8333a7da83fa6b089f0a2acd651ab',
        },
        {
          name: 'decoder.int8.onnx',
          bytes: 7_257_753,
          sha256: 'b6bb64963457237b900e496ee9994b59294526439fbcc1fecf705b31a15c6b4e',
        },
        {
          name: 'joiner.int8.onnx',
          bytes: 1_739_080,
          sha256: '7946164367946e7f9f29a122407c3252b680dbae9a51343eb2488d057c3c43d2',
        },
        {
          name: 'tokens.txt',
          bytes: 9_384,
          sha256: 'ec182b70dd42113aff6c5372c75cac58c952443eb22322f57bbd7f53977d497d',
        },
      ],
    }),
  ],
};
