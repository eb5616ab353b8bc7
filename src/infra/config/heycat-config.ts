import { join, resolve } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { environment, MODELS_DIR } from '../process/environment.ts';
import { dataFolder, runtimeFolder } from '../process/paths.ts';
import { HEYCAT_OPTIONS } from './config.definition.ts';
import type { ServiceOptions } from './service-options.ts';

/** The service's configuration: the host's options over the environment over the platform's defaults. */
@Injectable()
export class HeycatConfig {
  /** Absolute path. */
  readonly dataDir: string;
  /** Folder inside which takes are recorded, and delete_recording may delete files. */
  readonly recordingsDir: string;
  /** Absolute path; undefined where no socket is opened. */
  readonly runtimeDir: string | undefined;
  readonly engine: NonNullable<ServiceOptions['engine']>;
  /** What the children of the service are started with, and the names in it that they and we know. */
  readonly env = environment();
  /** A host's folder of speech models; undefined where it has none. */
  readonly modelsDir = this.env[MODELS_DIR];

  constructor(
    @Inject(HEYCAT_OPTIONS) { dataDir, runtimeDir, listen = true, engine = 'auto' }: ServiceOptions,
  ) {
    this.dataDir = resolve(dataDir ?? dataFolder(this.env));
    this.recordingsDir = join(this.dataDir, 'recordings');
    this.runtimeDir = listen ? (runtimeDir ?? runtimeFolder(this.env)) : undefined;
    this.engine = engine;
  }

  /** Absolute path of a folder of the data folder. */
  inData(...names: string[]): string {
    return join(this.dataDir, ...names);
  }
}
