import * as fc from 'fast-check';
import { parseQuery, type Predicate } from '../../../../../src/infra/database/embedded/protocol/sql.ts';

const column = fc.constantFrom('id', 'owner_identity', 'Title', 'seq');
const operator = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const literal = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.string().map((text) => `'${text.replaceAll("'", "''")}'`),
  fc.uint8Array({ maxLength: 32 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`),
  fc.constantFrom('true', 'FALSE', ':sender'),
);
const comparison = fc.tuple(column, operator, literal).map((parts) => parts.join(' '));
const { predicate } = fc.letrec<{ predicate: string }>((tie) => ({
  predicate: fc.oneof(
    { maxDepth: 4 },
    comparison,
    fc.tuple(tie('predicate'), fc.constantFrom('AND', 'or'), tie('predicate')).map((p) => `(${p.join(' ')})`),
  ),
}));

describe('subscription SQL', () => {
  it('EMB2 a table, or every public one, can be selected from', () => {
    expect(parseQuery('SELECT * FROM settings')).toEqual({ table: 'settings' });
    expect(parseQuery('  select settings.* from "settings" ; ')).toEqual({ table: 'settings' });
    expect(parseQuery('SELECT * FROM *')).toEqual({ table: '*' });
  });

  it('EMB2 literals keep their value', () => {
    const valueOf = (sql: string) => {
      const { where } = parseQuery(`SELECT * FROM t WHERE t.c = ${sql}`);
      return where?.kind === 'compare' ? where.literal : undefined;
    };
    expect(valueOf("'it''s'")).toEqual({ kind: 'text', value: "it's" });
    expect(valueOf("''")).toEqual({ kind: 'text', value: '' });
    expect(valueOf('-12')).toEqual({ kind: 'integer', value: -12n });
    expect(valueOf('18446744073709551615')).toEqual({ kind: 'integer', value: 2n ** 64n - 1n });
    expect(valueOf('0xc200')).toEqual({ kind: 'hex', value: Uint8Array.of(0xc2, 0) });
    expect(valueOf("X'0a'")).toEqual({ kind: 'hex', value: Uint8Array.of(10) });
    expect(valueOf('True')).toEqual({ kind: 'bool', value: true });
    expect(valueOf(':sender')).toEqual({ kind: 'sender' });
  });

  it('EMB2 AND binds closer than OR, and parentheses closer than both', () => {
    const shape = (predicate: Predicate | undefined): unknown =>
      predicate?.kind === 'compare'
        ? predicate.column
        : predicate && [predicate.kind, shape(predicate.left), shape(predicate.right)];
    const parse = (where: string) => shape(parseQuery(`SELECT * FROM t WHERE ${where}`).where);
    expect(parse('a = 1 OR b = 2 AND c = 3')).toEqual(['or', 'a', ['and', 'b', 'c']]);
    expect(parse('(a = 1 OR b = 2) AND c = 3')).toEqual(['and', ['or', 'a', 'b'], 'c']);
  });

  it('EMB2 whatever is built of the allowed parts is parsed', () => {
    fc.assert(
      fc.property(predicate, (where) => {
        expect(parseQuery(`SELECT * FROM t WHERE ${where}`).table).toBe('t');
      }),
    );
  });

  it.each([
    '',
    'DELETE FROM settings',
    'SELECT key FROM settings',
    'SELECT * FROM settings, recordings',
    'SELECT a.* FROM a JOIN b ON a.id = b.id',
    'SELECT * FROM settings LIMIT 1',
    'SELECT * FROM settings ORDER BY seq',
    'SELECT * FROM settings WHERE',
    'SELECT * FROM settings WHERE enabled',
    'SELECT * FROM settings WHERE 1 = 1',
    'SELECT * FROM settings WHERE a = 0x1',
    'SELECT * FROM settings WHERE a = 1.5',
    "SELECT * FROM settings WHERE a = 'open",
    'SELECT * FROM settings WHERE (a = 1',
    'SELECT * FROM settings; SELECT * FROM recordings',
    `SELECT * FROM t WHERE ${'('.repeat(1_000)}a = 1${')'.repeat(1_000)}`,
    `SELECT * FROM t WHERE a = '${'x'.repeat(60_000)}'`,
  ])('EMB3 what is not supported is refused with what is: %.40s', (sql) => {
    expect(() => parseQuery(sql)).toThrow(/cannot be subscribed to: .+Allowed is SELECT/);
  });

  it('EMB3 any text is parsed or refused, nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const sql of [text, `SELECT * FROM t WHERE ${text}`]) {
          try {
            parseQuery(sql);
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: 'INVALID_ARGUMENT' });
          }
        }
      }),
    );
  });
});
