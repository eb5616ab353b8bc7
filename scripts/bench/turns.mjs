/** Load generators that take turns, so that whatever else the machine does affects all alike, and their results. */
import { setTimeout as sleep } from 'node:timers/promises';

export const IN_FLIGHT = 64;
/** Enough for Node to have compiled what is measured. */
const BEFOREHAND = { oneAtATime: 300, pipelined: 4_000 };
/** What a turn leaves to be written in the background is not the next one's burden. */
const SETTLE_MS = 100;

/**
 * @param rounds `most` of them, and as few as `least` where they take longer than `budgetMs`; each client does so many
 * operations `oneAtATime` and `pipelined` in each.
 * @param between has a turn of its own in each round.
 * @returns each client's rounds.
 */
export async function takeTurns(clients, { most, least, budgetMs, ...size }, between = () => undefined) {
  const names = Object.keys(clients);
  const rounds = Object.fromEntries(names.map((name) => [name, []]));
  for (const client of Object.values(clients)) await oneRound(client, BEFOREHAND);
  const deadline = performance.now() + budgetMs;
  for (let round = 0; round < most; round++) {
    if (round >= least && performance.now() > deadline) break;
    // Each is first in turn.
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length];
      await sleep(SETTLE_MS);
      rounds[name].push(await oneRound(clients[name], size));
    }
    await sleep(SETTLE_MS);
    between();
  }
  return rounds;
}

async function oneRound(client, { oneAtATime, pipelined }) {
  const times = await client.run({ operation: 'add', count: oneAtATime });
  const perSecond = await client.run({ operation: 'add', count: pipelined, inFlight: IN_FLIGHT });
  return { p50_ms: percentile(times, 0.5), p99_ms: percentile(times, 0.99), pipelined_per_s: perSecond };
}

export function summary(rounds) {
  return {
    p50_ms: round(medianOf(rounds, 'p50_ms'), 3),
    p99_ms: round(medianOf(rounds, 'p99_ms'), 2),
    pipelined_per_s: round(medianOf(rounds, 'pipelined_per_s')),
  };
}

/** What the journal costs: medians of what each round's two turns say, which were close to each other. */
export function journalCost({ journalled, unjournalled }) {
  const pairs = journalled.map((with_, index) => ({
    above_ms: with_.p50_ms - unjournalled[index].p50_ms,
    rate: with_.pipelined_per_s / unjournalled[index].pipelined_per_s,
  }));
  return {
    p50_above_ms: round(medianOf(pairs, 'above_ms'), 3),
    pipelined: round(medianOf(pairs, 'rate'), 2),
  };
}

function medianOf(values, key) {
  return percentile(
    values.map((each) => each[key]),
    0.5,
  );
}

export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

export const round = (value, digits = 0) => Number(value.toFixed(digits));
