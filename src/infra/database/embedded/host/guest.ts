import { EngineError } from '../engine-error.ts';
import type { Caller, LogLevel } from '../module-host.ts';
import type { Transaction } from '../store/transaction.ts';
import { ERRNO } from './errno.ts';
import { GuestMemory } from './guest-memory.ts';
import { ARGUMENTS, moduleImports, SINK, type GuestState, type Tables } from './imports.ts';
import { RowIterators } from './row-iterators.ts';

const NAMESPACE = 'spacetime_10.0';
const PREINIT = '__preinit__';

type CallReducer = (reducer: number, ...rest: (bigint | number)[]) => number;
interface Exports {
  memory: { readonly buffer: ArrayBuffer };
  __describe_module__(sink: number): void;
  __call_reducer__: CallReducer;
  __setup__?(sink: number): number;
}

export interface GuestOptions {
  databaseIdentity: Uint8Array;
  log: (level: LogLevel, text: string) => void;
}

/** How a reducer ended: `trapped` leaves the instance unusable. */
export type Outcome =
  { ended: 'ok' } | { ended: 'failed'; text: string } | { ended: 'trapped'; cause: unknown };

/** One running instance of the module. */
export class Guest {
  /** What the module says of itself. It is asked at once: until then it does not know its reducers. */
  readonly described: Buffer;

  private constructor(
    private readonly exports: Exports,
    private readonly state: GuestState,
  ) {
    this.setUp();
    this.described = this.describe();
  }

  /** @throws EngineError ENGINE_UNAVAILABLE when the module needs something that this host does not have. */
  static start(module: WebAssembly.Module, options: GuestOptions): Guest {
    const state = newState(options);
    const imports = moduleImports(state);
    for (const { module: namespace, name } of WebAssembly.Module.imports(module))
      if (namespace !== NAMESPACE || !Object.hasOwn(imports, name))
        throw new EngineError(
          'ENGINE_UNAVAILABLE',
          `The module imports ${namespace}.${name}, which the embedded engine does not have; run it with --engine sidecar.`,
        );
    const instance = new WebAssembly.Instance(module, { [NAMESPACE]: imports });
    const exports = instance.exports as unknown as Exports;
    state.memory = new GuestMemory(exports.memory);
    const preinits = Object.keys(instance.exports).filter((name) => name.startsWith(PREINIT));
    for (const name of preinits.sort()) (instance.exports[name] as () => void)();
    return new Guest(exports, state);
  }

  call(
    reducer: number,
    args: Uint8Array,
    context: { caller: Caller; tables: Tables; transaction: Transaction },
  ): Outcome {
    const { state } = this;
    state.transaction = context.transaction;
    state.tables = context.tables;
    state.arguments = args.length > 0 ? Buffer.from(args.buffer, args.byteOffset, args.length) : undefined;
    state.argumentsRead = 0;
    state.sink = [];
    try {
      const code = this.exports.__call_reducer__(
        reducer,
        ...words(context.caller.identity),
        ...words(context.caller.connectionId),
        context.caller.timestampMicros,
        args.length > 0 ? ARGUMENTS : 0,
        SINK,
      );
      const text = this.takeSink().toString();
      if (code === 0) return { ended: 'ok' };
      return { ended: 'failed', text: code === ERRNO.HOST_CALL_FAILURE ? text : 'unknown return code' };
    } catch (cause) {
      return { ended: 'trapped', cause };
    } finally {
      state.transaction = undefined;
      state.arguments = undefined;
      state.iterators.clear();
    }
  }

  private describe(): Buffer {
    this.state.sink = [];
    this.exports.__describe_module__(SINK);
    return this.takeSink();
  }

  private setUp(): void {
    if (this.exports.__setup__ === undefined) return;
    this.state.sink = [];
    if (this.exports.__setup__(SINK) !== 0)
      throw new EngineError(
        'ENGINE_UNAVAILABLE',
        `The module refuses to start: ${this.takeSink().toString()}`,
      );
  }

  private takeSink(): Buffer {
    const written = this.state.sink ?? [];
    this.state.sink = undefined;
    return written.length === 1 ? written[0]! : Buffer.concat(written);
  }
}

function newState({ databaseIdentity, log }: GuestOptions): GuestState {
  return {
    memory: new GuestMemory({ buffer: new ArrayBuffer(0) }),
    transaction: undefined,
    tables: { byId: new Map(), byName: new Map(), indexById: new Map(), indexByName: new Map() },
    arguments: undefined,
    argumentsRead: 0,
    sink: undefined,
    iterators: new RowIterators(),
    timers: new Map(),
    databaseIdentity,
    log,
  };
}

const knownWords = new WeakMap<Uint8Array, bigint[]>();

/** The bytes as little-endian 64-bit words; those of the same array are only read once, so nobody may change it. */
function words(bytes: Uint8Array): bigint[] {
  let known = knownWords.get(bytes);
  if (known === undefined) knownWords.set(bytes, (known = readWords(bytes)));
  return known;
}

function readWords(bytes: Uint8Array): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 8 }, (_, word) => view.getBigUint64(word * 8, true));
}
