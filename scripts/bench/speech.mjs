// Recognition in a process of its own, beside sherpa-onnx-node alone on the same sound, in one run:
// `npm run bench:speech`, with HEYCAT_MODELS_DIR or an installed model; --json for one line.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import sherpa from 'sherpa-onnx-node';
import { ModelStore } from '../../dist/infra/voice/models/model-store.js';
import { dataFolder } from '../../dist/infra/process/paths.js';
import { ChildRecogniser } from '../../dist/infra/voice/recogniser/child-recogniser.js';
import { sherpaConfig } from '../../dist/infra/voice/recogniser/model-config.js';

const ROUNDS = 9;
const IDLE_MS = 1_000;
/** A model's threads go on spinning for a moment; the next measurement must not pay for it. */
const PAUSE_MS = 300;
const HEAD_BYTES = 44;
const BYTES_A_SECOND = 32_000;

const wav = (name) => fileURLToPath(new URL(`../../test/fixtures/audio/${name}.wav`, import.meta.url));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const round = (value) => Math.round(value * 10) / 10;
const residentMb = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** The same sound again and again, in one file of so many seconds. */
function repeated(folder, seconds) {
  const content = readFileSync(wav('beckett'));
  const sound = Buffer.alloc(seconds * BYTES_A_SECOND);
  for (let at = 0; at < sound.length; at += content.length - HEAD_BYTES) content.copy(sound, at, HEAD_BYTES);
  const head = Buffer.from(content.subarray(0, HEAD_BYTES));
  head.writeUInt32LE(sound.length, HEAD_BYTES - 4);
  const path = join(folder, `${seconds}s.wav`);
  writeFileSync(path, Buffer.concat([head, sound]));
  return path;
}

async function timed(work) {
  const start = performance.now();
  const result = await work();
  return { ms: performance.now() - start, result };
}

const folder = mkdtempSync(join(tmpdir(), 'heycat-speech-'));
const store = new ModelStore({ dataDir: dataFolder() });
const model = await store.choose(null);
const threads = Math.min(4, availableParallelism());
const before = residentMb(process.pid);
const chooseModel = () => store.choose(model.name);
const brief = new ChildRecogniser({ chooseModel, threads, idleMs: () => IDLE_MS });
const recogniser = new ChildRecogniser({ chooseModel, threads });
try {
  const { ms: coldMs } = await timed(() => brief.prepare(null));
  const { ms: firstMs } = await timed(() => brief.transcribe({ file: wav('beckett'), model: null }));
  const childMb = residentMb(brief.pid);
  await pause(3 * IDLE_MS);
  const afterMb = residentMb(process.pid);
  await recogniser.prepare(null);
  const bare = bareRecogniser();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const rows = [];
  for (const file of [wav('open-the-calculator'), wav('beckett'), repeated(folder, 25)]) {
    const ours = () => recogniser.transcribe({ file, model: null });
    const [{ audio_ms, text }, alone] = [await ours(), bare(file)];
    const pairs = [];
    // In turns, so that what else the machine does is in both. The bare library holds this thread, so the event loop is
    // watched beside it only.
    for (let count = 0; count < ROUNDS; count++) {
      await pause(PAUSE_MS);
      delay.enable();
      const { ms, result } = await timed(ours);
      delay.disable();
      await pause(PAUSE_MS);
      pairs.push({ ours: ms, around: ms - result.decode_ms, bare: (await timed(() => bare(file))).ms });
    }
    const best = (key) => round(Math.min(...pairs.map((pair) => pair[key])));
    rows.push({
      audio_ms,
      bare_best_ms: best('bare'),
      ours_best_ms: best('ours'),
      bare_ms: round(median(pairs.map((pair) => pair.bare))),
      ours_ms: round(median(pairs.map((pair) => pair.ours))),
      above_ms: round(median(pairs.map((pair) => pair.ours - pair.bare))),
      // Without the model's own time, which on a busy machine differs more than all the rest takes.
      around_decode_ms: round(median(pairs.map((pair) => pair.around))),
      same: text === alone,
    });
  }
  const p99 = round(delay.percentile(99) / 1e6);
  const report = {
    model: model.name,
    threads,
    cold_ms: round(coldMs),
    first_ms: round(firstMs),
    loop_delay_p99_ms: p99,
    child_mb: round(childMb),
    caller_mb_before: round(before),
    caller_mb_after_unload: round(afterMb),
    rows,
  };
  if (process.argv.includes('--json')) console.log(JSON.stringify(report));
  else {
    console.log(`${report.model}, ${threads} threads; ready ${report.cold_ms} ms after prepare`);
    console.log(
      `event loop delay p99 ${p99} ms; process ${report.child_mb} MB; caller ${report.caller_mb_before} MB before, ${report.caller_mb_after_unload} MB after the process ended`,
    );
    console.table(rows);
  }
} finally {
  await Promise.all([brief.close(), recogniser.close()]);
  rmSync(folder, { recursive: true });
}

/** What anybody would write with the library alone. */
function bareRecogniser() {
  const bare = new sherpa.OfflineRecognizer(sherpaConfig(model, threads).config);
  return (file) => {
    const stream = bare.createStream();
    stream.acceptWaveform(sherpa.readWave(file));
    bare.decode(stream);
    return bare.getResult(stream).text;
  };
}
