import type { StageTimes } from '../../events/take-events.ts';

export interface StageSummary {
  takes: number;
  p50_ms: number;
  p95_ms: number;
}

const KEPT = 200;

/** The stage times of this run's last takes. */
export class TakeTimes {
  readonly #takes: StageTimes[] = [];

  add(times: StageTimes): void {
    this.#takes.push(times);
    if (this.#takes.length > KEPT) this.#takes.shift();
  }

  /** By stage, of the takes that passed it. */
  summary(): Record<string, StageSummary> {
    const byStage = new Map<string, number[]>();
    for (const take of this.#takes) {
      for (const [stage, ms] of Object.entries(take) as [string, number][]) {
        byStage.set(stage, [...(byStage.get(stage) ?? []), ms]);
      }
    }
    return Object.fromEntries([...byStage].map(([stage, values]) => [stage, summarised(values)]));
  }
}

function summarised(values: number[]): StageSummary {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { takes: sorted.length, p50_ms: at(0.5), p95_ms: at(0.95) };
}

/** Milliseconds since a moment of performance.now(), to a tenth. */
export function since(start: number): number {
  return Math.round((performance.now() - start) * 10) / 10;
}
