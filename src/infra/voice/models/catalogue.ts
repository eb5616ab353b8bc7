import type { CatalogueModel } from './catalogue-model.ts';
import { MOONSHINE_BASE_EN, MOONSHINE_TINY_EN } from './catalogue-moonshine.ts';
import { PARAKEET_V2, PARAKEET_V3 } from './catalogue-parakeet.ts';
import {
  SENSE_VOICE,
  WHISPER_BASE_EN,
  WHISPER_TINY_EN,
  ZIPFORMER_EN,
  ZIPFORMER_EN_20M,
} from './catalogue-others.ts';

/** Every model that can be installed by its name, the best first. */
export const CATALOGUE: readonly CatalogueModel[] = [
  PARAKEET_V3,
  PARAKEET_V2,
  MOONSHINE_BASE_EN,
  WHISPER_BASE_EN,
  SENSE_VOICE,
  MOONSHINE_TINY_EN,
  WHISPER_TINY_EN,
  ZIPFORMER_EN,
  ZIPFORMER_EN_20M,
];

/** What a newcomer is told to install: it is small, and quick on any computer. */
export const FIRST_MODEL = MOONSHINE_TINY_EN.name;

/** What is known of a name; undefined for a model that somebody else put there. */
export function catalogueModel(name: string): CatalogueModel | undefined {
  return CATALOGUE.find((model) => model.name === name);
}
