import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelStore } from '../../src/infra/voice/models/model-store.ts';
import { defaultDataFolder } from '../../src/infra/process/paths.ts';
import {
  ChildRecogniser,
  type RecogniserOptions,
} from '../../src/infra/voice/recogniser/child-recogniser.ts';
import { TYPESCRIPT_ARGV } from './embedded-harness.ts';

/** The real recogniser of the tests: small, and good enough for every fixture. */
export const MODEL = 'moonshine-tiny-en';

/** What {@link MODEL} hears in the fixtures. */
export const HEARD = {
  beckett: 'Ever tried, ever failed, no matter, try again, fail again, fail better.',
  'open-the-calculator': 'Open the calculator.',
  'schedule-a-meeting': 'Please schedule a meeting with the design team tomorrow morning.',
  'my-email-address-is-brb': 'My email address is brb.',
  'delete-the-last-sentence': 'Delete the last sentence.',
} as const;

export type Fixture = keyof typeof HEARD;

export function fixture(name: Fixture): string {
  return fileURLToPath(new URL(`../fixtures/audio/${name}.wav`, import.meta.url));
}

/** Where the model of the tests is: in HEYCAT_MODELS_DIR, or where `heycat models install` puts it. */
export const MODELS_DIR = process.env['HEYCAT_MODELS_DIR'] || join(defaultDataFolder(), 'models');

const isThere = existsSync(join(MODELS_DIR, MODEL, 'tokens.txt'));

/**
 * A describe block that needs a real speech model. Without one it fails in CI, and elsewhere is skipped with a line that
 * says how to get it.
 */
export function describeWithModel(name: string, tests: () => void): void {
  const advice = `run \`heycat models install ${MODEL}\` or set HEYCAT_MODELS_DIR`;
  if (isThere) {
    describe(name, tests);
    return;
  }
  if (process.env['CI']) {
    describe(name, () => {
      it('REC1 a speech model is found', () => expect(`no model: ${advice}`).toBe(''));
    });
    return;
  }
  process.stderr.write(`Skipped «${name}»: no speech model; ${advice}.\n`);
  describe.skip(name, tests);
}

/** A module to import into a process, in which the speech library is then not installed. */
export const LIBRARY_GONE = `import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(
    'export const resolve = (name, context, next) => { if (name === "sherpa-onnx-node") throw new Error("gone"); return next(name, context); }'));`;

export interface TestRecogniser extends AsyncDisposable {
  recogniser: ChildRecogniser;
  /** Hears a file with the model of the folder that is best. */
  hear(file: string): Promise<string>;
}

/** A recogniser over a folder of models; ends with its block. */
export function testRecogniser(
  options: Partial<RecogniserOptions> = {},
  modelsDir: string = MODELS_DIR,
): TestRecogniser {
  const store = new ModelStore({ dataDir: '/nowhere', hostFolder: modelsDir });
  const recogniser = new ChildRecogniser({
    chooseModel: (name) => store.choose(name),
    execArgv: TYPESCRIPT_ARGV,
    ...options,
  });
  return {
    recogniser,
    hear: async (file) => (await recogniser.transcribe({ file, model: null })).text,
    [Symbol.asyncDispose]: () => recogniser.close(),
  };
}
