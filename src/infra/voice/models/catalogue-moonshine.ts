import { type CatalogueModel, named, releaseArchive } from './catalogue-model.ts';
import { MOONSHINE_WHEEL } from './moonshine-wheel.ts';

const MOONSHINE = { kind: 'moonshine', languages: ['en'], licence: 'MIT' } as const;

export const MOONSHINE_TINY_EN: CatalogueModel = {
  ...MOONSHINE,
  name: 'moonshine-tiny-en',
  title: 'Moonshine tiny, English',
  credit: 'Moonshine by Useful Sensors',
  bytes: 45_000_000,
  sources: [
    MOONSHINE_WHEEL,
    releaseArchive('sherpa-onnx-moonshine-tiny-en-quantized-2026-02-27', {
      bytes: 29_858_559,
      sha256: '9ec31b342d8fa3240c3b81b8f82e1cf7e3ac467c93ca5a999b741d5887164f8d',
      members: named('encoder_model.ort', 'decoder_model_merged.ort', 'tokens.txt'),
    }),
  ],
};

export const MOONSHINE_BASE_EN: CatalogueModel = {
  ...MOONSHINE,
  name: 'moonshine-base-en-int8',
  title: 'Moonshine base, English',
  credit: 'Moonshine by Useful Sensors, converted by sherpa-onnx',
  bytes: 290_000_000,
  sources: [
    releaseArchive('sherpa-onnx-moonshine-base-en-int8', {
      bytes: 250_807_309,
      sha256: '21870cecaa2e44e4e2bf63e02d1072bed183ccd10284871353bd9d24dad14e5e',
      members: named(
        'preprocess.onnx',
        'encode.int8.onnx',
        'uncached_decode.int8.onnx',
        'cached_decode.int8.onnx',
        'tokens.txt',
      ),
    }),
  ],
};
