/** Zero crossings of the filter on each side; more make it steeper and slower. */
const CROSSINGS = 16;
/** Relative to the lower of the two rates: leaves room for the filter's slope before aliasing begins. */
const CUTOFF = 0.92;
/** For rates without a small common ratio, positions between two samples are rounded to this many phases. */
const PHASES_MAX = 1_024;

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** A windowed sinc at `x` samples from its centre; `cutoff` is a fraction of the input's rate. */
function tap(x: number, cutoff: number, half: number): number {
  if (Math.abs(x) >= half) return 0;
  const sinc = x === 0 ? 1 : Math.sin(Math.PI * cutoff * x) / (Math.PI * cutoff * x);
  const window = 0.42 + 0.5 * Math.cos((Math.PI * x) / half) + 0.08 * Math.cos((2 * Math.PI * x) / half);
  return cutoff * sinc * window;
}

/**
 * Resamples one channel as it arrives, with a filter that prevents aliasing. The output begins at the input's first sample;
 * {@link end} returns the rest.
 */
export class Resampler {
  readonly #step: number;
  readonly #half: number;
  readonly #phases: number;
  readonly #taps: Float32Array[];
  /** Input needed for later output, starting at sample number #first. */
  #held: Float32Array;
  #first: number;
  #taken = 0;
  #given = 0;

  /** Both rates in Hz, above 0. */
  constructor(
    private readonly from: number,
    private readonly to: number,
  ) {
    const cutoff = CUTOFF * Math.min(1, to / from);
    this.#step = from / to;
    this.#half = Math.ceil(CROSSINGS / cutoff);
    this.#phases = Math.min(to / gcd(from, to), PHASES_MAX);
    this.#taps = Array.from({ length: this.#phases }, (_, phase) =>
      Float32Array.from({ length: 2 * this.#half }, (_, i) =>
        tap(i - this.#half + 1 - phase / this.#phases, cutoff, this.#half),
      ),
    );
    // Silence before the first sample.
    this.#held = new Float32Array(this.#half - 1);
    this.#first = 1 - this.#half;
  }

  push(input: Float32Array): Float32Array {
    this.#taken += input.length;
    return this.#advance(input, Math.floor((this.#taken - this.#half) / this.#step) + 1);
  }

  /** Ends the input and returns the remaining output. */
  end(): Float32Array {
    return this.#advance(new Float32Array(this.#half), Math.ceil((this.#taken * this.to) / this.from));
  }

  #advance(input: Float32Array, upTo: number): Float32Array {
    const all = new Float32Array(this.#held.length + input.length);
    all.set(this.#held);
    all.set(input, this.#held.length);
    const output = new Float32Array(Math.max(0, upTo - this.#given));
    for (let i = 0; i < output.length; i++) output[i] = this.#at((this.#given + i) * this.#step, all);
    this.#given += output.length;
    // Keep everything from the first sample that the next output needs.
    const next = Math.floor(this.#given * this.#step) - this.#half + 1;
    this.#held = all.slice(Math.max(0, next - this.#first));
    this.#first = Math.max(this.#first, next);
    return output;
  }

  #at(position: number, all: Float32Array): number {
    const base = Math.floor(position);
    const phase = Math.min(this.#phases - 1, Math.round((position - base) * this.#phases));
    const taps = this.#taps[phase]!;
    const start = base - this.#half + 1 - this.#first;
    let sum = 0;
    for (let i = 0; i < taps.length; i++) sum += taps[i]! * (all[start + i] ?? 0);
    return sum;
  }
}
