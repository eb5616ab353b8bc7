import * as fc from 'fast-check';
import {
  encodeFrame,
  FrameParser,
  isDeeperThan,
  parseBody,
  parseHeader,
} from '../../../src/infra/ipc/transport/wire-format.ts';

const LIMITS = { maxBodyBytes: 1024 * 1024, maxHeaderBytes: 4096 };

/** Feeds the bytes in pieces that end at the given places. */
function parseInPieces(bytes: Buffer, cuts: number[]): string[] {
  const parser = new FrameParser(LIMITS);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const bodies: string[] = [];
  let start = 0;
  for (const end of [...places, bytes.length]) {
    parser.push(bytes.subarray(start, end));
    start = end;
    for (let body = parser.next(); body !== undefined; body = parser.next()) bodies.push(body.toString());
  }
  expect(parser.partial).toBe(false);
  return bodies;
}

function deep(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

describe('framing', () => {
  it('IPC1 any cutting of the byte stream gives the same messages', () => {
    const messages = fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 8 });
    fc.assert(
      fc.property(messages, fc.array(fc.nat(), { maxLength: 40 }), (bodies, cuts) => {
        const bytes = Buffer.from(bodies.map(encodeFrame).join(''));
        expect(parseInPieces(bytes, cuts)).toEqual(bodies.map((body) => Buffer.from(body).toString()));
      }),
      { numRuns: 50 },
    );
  });

  it('IPC1 a message that comes byte by byte is read in linear time', () => {
    const body = 'ü'.repeat(200_000);
    const bytes = Buffer.from(encodeFrame(body));
    const parser = new FrameParser(LIMITS);
    let found: Buffer | undefined;
    const started = performance.now();
    for (let index = 0; index < bytes.length; index += 1) {
      parser.push(bytes.subarray(index, index + 1));
      found = parser.next() ?? found;
    }
    expect(found?.toString()).toBe(body);
    // Quadratic copying of 400 kB would move 80 GB.
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('IPC1 header names know no case, and other fields are allowed', () => {
    expect(parseHeader('content-length:  12 ')).toBe(12);
    expect(parseHeader('Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nCONTENT-LENGTH: 3')).toBe(
      3,
    );
  });

  it.each([
    ['no length', 'Content-Type: x'],
    ['two lengths', 'Content-Length: 1\r\nContent-Length: 1'],
    ['a negative length', 'Content-Length: -1'],
    ['a length in hex', 'Content-Length: 0x10'],
    ['a fraction', 'Content-Length: 1.5'],
    ['no number', 'Content-Length: '],
    ['a number beyond counting', `Content-Length: ${'9'.repeat(30)}`],
    ['a line without colon', 'GET / HTTP/1.1'],
    ['a bare line feed', 'Content-Length: 1\nX: y'],
    ['an empty block', ''],
  ])('IPC2 a header with %s is refused', (_, header) => {
    expect(() => parseHeader(header)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }));
  });

  it('IPC2 a header that does not end within 4 KiB is refused', () => {
    const parser = new FrameParser(LIMITS);
    parser.push(Buffer.from(`X: ${'a'.repeat(4000)}`));
    expect(parser.next()).toBeUndefined();
    parser.push(Buffer.from('a'.repeat(200)));
    expect(() => parser.next()).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }));
  });

  it('IPC3 a body that is announced too large is refused before any of it has come', () => {
    const parser = new FrameParser(LIMITS);
    parser.push(Buffer.from('Content-Length: 1048577\r\n\r\n'));
    expect(() => parser.next()).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });

  it('IPC3 an announced length alone costs no memory', () => {
    const before = process.memoryUsage().arrayBuffers;
    const parsers = Array.from({ length: 200 }, () => {
      const parser = new FrameParser(LIMITS);
      parser.push(Buffer.from('Content-Length: 1048576\r\n\r\n'));
      expect(parser.next()).toBeUndefined();
      return parser;
    });
    expect(parsers.every((parser) => parser.partial)).toBe(true);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });

  it('IPC4 64 levels of JSON are read and 65 are not', () => {
    expect(parseBody(Buffer.from(deep(64)), 64)).toBeInstanceOf(Array);
    expect(() => parseBody(Buffer.from(deep(65)), 64)).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    );
    expect(() => parseBody(Buffer.from(`[`.repeat(500_000)), 64)).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    );
  });

  it('IPC4 brackets inside strings are no levels', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.string(), (value, text) => {
        const wrapped = [value, `"[{\\${text}`];
        const json = Buffer.from(JSON.stringify(wrapped));
        const depth = depthOf(wrapped);
        expect(isDeeperThan(json, depth)).toBe(false);
        expect(isDeeperThan(json, depth - 1)).toBe(true);
      }),
    );
  });

  it('IPC4 what is no UTF-8 JSON is a parse error that quotes nothing', () => {
    for (const body of [Buffer.from([0x22, 0xff, 0x22]), Buffer.from('{"secret text'), Buffer.from('')]) {
      expect(() => parseBody(body, 64)).toThrow(
        expect.objectContaining({ code: 'PARSE_ERROR', message: expect.not.stringContaining('secret') }),
      );
    }
  });
});
