import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { IsAnyListOf, IsObject } from '../../fields/collections.ts';
import { IsFlag, IsInteger, IsOneOf, IsText, MayBeNull } from '../../fields/fields.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryOf } from '../query.ts';

const MODEL_STATES = ['available', 'installed', 'damaged'] as const;
const MODEL_PLACES = ['host', 'user'] as const;

/** A speech model, installed or not. */
export class ModelReport {
  @IsText()
  name!: string;

  @IsText()
  title!: string;

  /** `nemo_transducer`, `transducer`, `streaming_transducer`, `moonshine`, `whisper` or `sense_voice`. */
  @IsText()
  kind!: string;

  /** BCP 47; empty where nobody says. */
  @IsAnyListOf(IsText())
  languages!: string[];

  @MayBeNull()
  @IsText()
  licence!: string | null;

  @MayBeNull()
  @IsText()
  credit!: string | null;

  /** On disk, about. */
  @MayBeNull()
  @IsInteger(0)
  bytes!: number | null;

  /** To fetch, about. */
  @MayBeNull()
  @IsInteger(0)
  download_bytes!: number | null;

  /** `damaged`: a file is gone, or has another size than it was installed with. */
  @IsOneOf(MODEL_STATES)
  state!: (typeof MODEL_STATES)[number];

  @MayBeNull()
  @IsText()
  folder!: string | null;

  /** `host`: in the folder that a host ships. */
  @MayBeNull()
  @IsOneOf(MODEL_PLACES)
  place!: (typeof MODEL_PLACES)[number] | null;

  /** Whether it recognises what is dictated now, where nothing else is asked for. */
  @IsFlag()
  used!: boolean;
}

/** What is known of speech models. */
export abstract class ModelList {
  abstract list(): Promise<ModelReport[]>;
}

class Models {
  /** The best first. */
  @IsAnyListOf(IsObject(ModelReport))
  models!: ModelReport[];

  @IsInteger(0)
  total_count!: number;
}

/** The speech models that are installed, and those that can be. */
export class ListModels extends QueryOf(Models) {}

@QueryHandler(ListModels)
export class ListModelsHandler implements IQueryHandler<ListModels> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly list: ModelList,
  ) {}

  async execute(query: ListModels) {
    const models = await this.list.list();
    return answer(this.readModels, query, () => ({ models, total_count: models.length }));
  }
}
