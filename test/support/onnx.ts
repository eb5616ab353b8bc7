/** Writes ONNX models by hand: the few fields of its protobuf messages that tiny models need. */

type Field = Buffer;

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

const int = (field: number, value: number | bigint): Field =>
  Buffer.concat([varint(field << 3), varint(value)]);

const bytes = (field: number, content: Buffer | string): Field => {
  const buffer = Buffer.from(content);
  return Buffer.concat([varint((field << 3) | 2), varint(buffer.length), buffer]);
};

const message = (field: number, ...fields: Field[]): Field => bytes(field, Buffer.concat(fields));

export const FLOAT = 1;
export const INT32 = 6;
export const INT64 = 7;
type ElementType = typeof FLOAT | typeof INT32 | typeof INT64;

/** A number is a fixed size, a name one that the caller chooses. */
type Shape = readonly (number | string)[];
export type Value = readonly [name: string, type: ElementType, shape: Shape];

function valueInfo([name, type, shape]: Value): Buffer {
  const dimensions = shape.map((size) =>
    message(1, typeof size === 'number' ? int(1, size) : bytes(2, size)),
  );
  return Buffer.concat([bytes(1, name), message(2, message(1, int(1, type), message(2, ...dimensions)))]);
}

export interface Constant {
  name: string;
  type: ElementType;
  shape: readonly number[];
  values: readonly number[];
}

function tensor({ name, type, shape, values }: Constant): Buffer {
  const raw =
    type === FLOAT
      ? Buffer.from(Float32Array.from(values).buffer)
      : type === INT32
        ? Buffer.from(Int32Array.from(values).buffer)
        : Buffer.from(BigInt64Array.from(values.map(BigInt)).buffer);
  return Buffer.concat([...shape.map((size) => int(1, size)), int(2, type), bytes(8, name), bytes(9, raw)]);
}

export interface Node {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  /** Whole numbers, or lists of them. */
  attributes?: Readonly<Record<string, number | readonly number[]>>;
}

function node({ op, inputs, outputs, attributes = {} }: Node): Buffer {
  const given = Object.entries(attributes).map(([name, value]) =>
    typeof value === 'number'
      ? message(5, bytes(1, name), int(3, value), int(20, 2))
      : message(5, bytes(1, name), ...value.map((each) => int(8, each)), int(20, 7)),
  );
  return Buffer.concat([
    ...inputs.map((name) => bytes(1, name)),
    ...outputs.map((name) => bytes(2, name)),
    bytes(3, outputs[0]!),
    bytes(4, op),
    ...given,
  ]);
}

export interface Graph {
  inputs: readonly Value[];
  outputs: readonly Value[];
  constants?: readonly Constant[];
  nodes: readonly Node[];
  metadata?: Readonly<Record<string, string | number>>;
}

/** The content of an .onnx file. */
export function onnxModel({ inputs, outputs, constants = [], nodes, metadata = {} }: Graph): Buffer {
  const graph = [
    ...nodes.map((each) => bytes(1, node(each))),
    bytes(2, 'tiny'),
    ...constants.map((each) => bytes(5, tensor(each))),
    ...inputs.map((each) => bytes(11, valueInfo(each))),
    ...outputs.map((each) => bytes(12, valueInfo(each))),
  ];
  return Buffer.concat([
    int(1, 8),
    message(7, ...graph),
    message(8, bytes(1, ''), int(2, 13)),
    ...Object.entries(metadata).map(([key, value]) => message(14, bytes(1, key), bytes(2, String(value)))),
  ]);
}
