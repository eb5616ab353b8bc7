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

/** Every model that can be installed by name, best first. */
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

/** The model recommended to new users: it is small, and fast on any computer. */
export const FIRST_MODEL = MOONSHINE_TINY_EN.name;

/** The catalogue's entries by name; a model from elsewhere has none. */
export const CATALOGUE_BY_NAME: ReadonlyMap<string, CatalogueModel> = new Map(
  CATALOGUE.map((model) => [model.name, model]),
);
