/**
 * How long a big data folder takes from createHeycat() to the first answer, which may be as the last run left it, and
 * to the first that the engine has confirmed; each time in a new process.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bigFolder } from './big-folder.mjs';

const FOLDERS = [
  { name: 'recordings-100k', recordings: 100_000, events: 100_000, target_ms: 300 },
  { name: 'events-1m', recordings: 100_000, events: 1_000_000, target_ms: 1_000 },
];
const TIMES = 5;

/**
 * Prints a line a folder, the median of five openings after one that reads the file in.
 * @param folders where the data folders are kept for the next time; without it they are made and removed.
 * @param execArgv goes to the Node of each opening.
 */
export async function benchOpening({ json, folders, execArgv }) {
  const place = folders === undefined ? mkdtempSync(join(tmpdir(), 'heycat-bench-')) : resolve(folders);
  try {
    const results = {};
    for (const { name, target_ms, ...size } of FOLDERS) {
      await bigFolder(join(place, name), size);
      await openOnce(join(place, name), []);
      const openings = [];
      for (let time = 0; time < TIMES; time++) openings.push(await openOnce(join(place, name), execArgv));
      results[name] = { ...medians(openings), target_ms };
    }
    if (json) console.log(JSON.stringify(results));
    else for (const [name, result] of Object.entries(results)) print(name, result);
  } finally {
    if (folders === undefined) rmSync(place, { recursive: true, force: true });
  }
}

async function openOnce(folder, execArgv) {
  const child = fork(new URL('open-once.mjs', import.meta.url), [folder], { execArgv });
  const [result] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (typeof result !== 'object' || result === null) throw new Error(`${folder} could not be opened.`);
  await once(child, 'exit');
  return result;
}

function medians(openings) {
  const median = (key) => openings.map((each) => each[key]).sort((a, b) => a - b)[Math.floor(TIMES / 2)];
  return Object.fromEntries(Object.keys(openings[0]).map((key) => [key, round(median(key))]));
}

function print(name, { recordings, events, first_answer_ms, fresh_answer_ms, target_ms, ...parts }) {
  const verdict = first_answer_ms <= target_ms ? 'met' : 'missed';
  console.log(`${name}: ${recordings} recordings, ${events} events`);
  console.log(`  createHeycat() to the first answer: ${first_answer_ms} ms (≤ ${target_ms}: ${verdict})`);
  console.log(`  and to the first answer that is not stale: ${fresh_answer_ms} ms`);
  for (const [part, value] of Object.entries(parts)) console.log(`  ${part.padEnd(12)} ${value}`);
}

const round = (value) => value && Number(value.toFixed(1));
