import { i64, list, none, row, some, text, u16, u32, u8 } from './bsatn.ts';

export interface PuppetTable {
  name: string;
  columns: [name: string, type: keyof typeof TYPES][];
  primaryKey?: number;
  indexes: number[][];
  uniques: number[][];
  /** Columns with `auto_inc`. */
  sequences?: number[];
  /** A reducer that is to run at the times in the last column. */
  scheduledFor?: string;
}

const TYPES = { string: 4, bool: 5, u8: 7, i16: 8, u32: 11, u64: 13 };

/** A module definition, version 9, as `__describe_module__` writes it. */
export function describeModule(tables: PuppetTable[], reducers: string[], rules: string[] = []): Buffer {
  const column = ([name, type]: PuppetTable['columns'][number]) => row(some(text(name)), u8(TYPES[type]));
  const columns = (numbers: number[]) => list(numbers.map(u16));
  return row(
    u8(1),
    list(tables.map((table) => row(u8(2), list(table.columns.map(column))))),
    list(
      tables.map((table, position) =>
        row(
          text(table.name),
          u32(position),
          columns(table.primaryKey === undefined ? [] : [table.primaryKey]),
          list(table.indexes.map((index) => row(none, none, u8(0), columns(index)))),
          list(table.uniques.map((unique) => row(none, u8(0), columns(unique)))),
          list((table.sequences ?? []).map((at) => row(none, u16(at), none, none, none, i64(1n), i64(0n)))),
          table.scheduledFor === undefined
            ? none
            : some(row(none, text(table.scheduledFor), u16(table.columns.length - 1))),
          u8(1),
          u8(0),
        ),
      ),
    ),
    list(reducers.map((name) => row(text(name), list([]), name === 'init' ? some(u8(0)) : none))),
    list([]),
    list([]),
    list(rules.map(text)),
  );
}

/** What a puppet's reducer does after it has inserted its row into the table with this id. */
export type Ending = 'ok' | 'err' | 'trap' | 'grow' | 'loop';

export interface PuppetReducer {
  name: string;
  table: number;
  row: Buffer;
  ending: Ending;
}

/** A wasm module of three functions, put together by hand, that says what it is told to. */
export function puppetModule(
  tables: PuppetTable[],
  reducers: PuppetReducer[],
  imports = ['bytes_sink_write', 'datastore_insert_bsatn'],
): Uint8Array {
  const described = describeModule(
    tables,
    reducers.map(({ name }) => name),
  );
  const data: Buffer[] = [];
  let at = 1024;
  const place = (bytes: Buffer) => {
    const start = at;
    data.push(row(u8(0), constant(start), u8(0x0b), bytesOf(bytes)));
    at += bytes.length;
    return start;
  };
  const definition = [place(described), place(u32(described.length))] as const;
  const words = place(Buffer.from('No.'));
  const wordsLength = place(u32(3));
  const body = reducers.map((reducer, id) => {
    const rowAt = place(reducer.row);
    const length = place(u32(reducer.row.length));
    const insert = row(
      constant(reducer.table),
      constant(rowAt),
      constant(length),
      Buffer.from([0x10, 1, 0x1a]),
    );
    return row(
      Buffer.from([0x20, 0]),
      constant(id),
      Buffer.from([0x46, 0x04, 0x40]),
      insert,
      ending(reducer.ending, { words, wordsLength }),
      u8(0x0b),
    );
  });
  const i32 = 0x7f;
  const call = [i32, ...Array.from({ length: 7 }, () => 0x7e), i32, i32];
  const sections = [
    [1, vector([functionType([i32, i32, i32], [i32]), functionType([i32], []), functionType(call, [i32])])],
    [2, vector(imports.map((name) => row(name_('spacetime_10.0'), name_(name), u8(0), u8(0))))],
    [3, vector([u8(1), u8(2)])],
    [5, vector([Buffer.from([0, 2])])],
    [
      7,
      vector([
        row(name_('memory'), u8(2), u8(0)),
        row(name_('__describe_module__'), u8(0), u8(imports.length)),
        row(name_('__call_reducer__'), u8(0), u8(imports.length + 1)),
      ]),
    ],
    [
      10,
      vector([
        code(
          row(
            Buffer.from([0x20, 0]),
            constant(definition[0]),
            constant(definition[1]),
            Buffer.from([0x10, 0, 0x1a]),
          ),
        ),
        code(row(...body, constant(0))),
      ]),
    ],
    [11, vector(data)],
  ] as const;
  return Buffer.concat([
    Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
    ...sections.map(([id, content]) => row(u8(id), bytesOf(content))),
  ]);
}

function ending(how: Ending, { words, wordsLength }: { words: number; wordsLength: number }): Buffer {
  if (how === 'trap') return u8(0x00);
  if (how === 'loop') return Buffer.from([0x03, 0x40, 0x0c, 0, 0x0b]);
  if (how === 'grow') return row(constant(64), Buffer.from([0x40, 0, 0x1a]));
  if (how === 'ok') return Buffer.alloc(0);
  const say = row(
    Buffer.from([0x20, 9]),
    constant(words),
    constant(wordsLength),
    Buffer.from([0x10, 0, 0x1a]),
  );
  return row(say, constant(1), u8(0x0f));
}

function leb(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** `i32.const` takes a signed number. */
function constant(value: number): Buffer {
  const bytes: number[] = [0x41];
  for (let rest = value; ; rest >>= 7) {
    const byte = rest & 0x7f;
    if (rest >> 7 === 0 && (byte & 0x40) === 0) return Buffer.from([...bytes, byte]);
    bytes.push(byte | 0x80);
  }
}

const bytesOf = (bytes: Buffer) => row(leb(bytes.length), bytes);
const name_ = (name: string) => bytesOf(Buffer.from(name));
const vector = (items: readonly Buffer[]) => row(leb(items.length), ...items);
const functionType = (params: number[], results: number[]) =>
  row(u8(0x60), bytesOf(Buffer.from(params)), bytesOf(Buffer.from(results)));
const code = (body: Buffer) => bytesOf(row(u8(0), body, u8(0x0b)));
