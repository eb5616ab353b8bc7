// Hears a file, tells what it heard and who did, and stays: `run-recogniser.ts MODELS_DIR WAV`.
import { testRecogniser } from './speech.ts';

const [modelsDir, file] = process.argv.slice(2);
const { recogniser, hear } = testRecogniser({}, modelsDir);
const text = await hear(file!);
process.stdout.write(`${JSON.stringify({ pid: recogniser.pid, text })}\n`);
