import type { WheelSource } from './catalogue-model.ts';
import { HeycatError } from '../../../errors.ts';

const FOLDER = 'moonshine_voice/assets/tiny-en';

/**
 * Offsets at which the decoder stores how many samples one step of the attention mask covers. The package's own runtime
 * passes the mask in samples, sherpa-onnx in steps, for which the value must be 1.
 */
const STRIDE_OFFSETS = [592_716, 1_401_644];
const SAMPLES_A_STEP = 384n;

/** The wheel of the Python package published by Moonshine's authors; it contains the model in another form. */
export const MOONSHINE_WHEEL: WheelSource = {
  kind: 'wheel',
  package: 'moonshine-voice',
  version: '0.0.62',
  bytes: 90_000_000,
  members: [
    {
      name: `${FOLDER}/encoder_model.ort`,
      bytes: 13_281_600,
      sha256: '94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221',
    },
    {
      name: `${FOLDER}/decoder_model_merged.ort`,
      bytes: 30_412_256,
      sha256: 'cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0',
    },
    {
      name: `${FOLDER}/tokenizer.bin`,
      bytes: 249_974,
      sha256: '6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d',
    },
  ],
  prepare: ([encoder, decoder, tokenizer]) =>
    new Map([
      ['encoder_model.ort', encoder!],
      ['decoder_model_merged.ort', stepByStep(decoder!)],
      ['tokens.txt', Buffer.from(tokensText(tokenizer!))],
    ]),
  made: [
    {
      name: 'encoder_model.ort',
      bytes: 13_281_600,
      sha256: '94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221',
    },
    {
      name: 'decoder_model_merged.ort',
      bytes: 30_412_256,
      sha256: '58181cd2ebd26517cda31999b258269e2b027700435295ba82e471317a3fe8df',
    },
    {
      name: 'tokens.txt',
      bytes: 549_350,
      sha256: '2870d843e14c1e187bf1913a521562a63b53933814bd7f2145120468f494a049',
    },
  ],
};

function stepByStep(decoder: Buffer): Buffer {
  const changed = Buffer.from(decoder);
  for (const offset of STRIDE_OFFSETS) {
    if (changed.readBigInt64LE(offset) !== SAMPLES_A_STEP) throw unknownForm();
    changed.writeBigInt64LE(1n, offset);
  }
  return changed;
}

/** Each token is its length, in one byte or from 128 on in two, followed by its bytes; sherpa-onnx reads lines of base64. */
function tokensText(tokenizer: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < tokenizer.length;) {
    const first = tokenizer[at++]!;
    const length = first < 128 ? first : tokenizer[at++]! * 128 + first - 128;
    if (at + length > tokenizer.length) throw unknownForm();
    lines.push(`${tokenizer.toString('base64', at, at + length)} ${lines.length}\n`);
    at += length;
  }
  return lines.join('');
}

function unknownForm(): HeycatError {
  return new HeycatError('INTERNAL', 'The package contains the model in an unknown form.');
}
