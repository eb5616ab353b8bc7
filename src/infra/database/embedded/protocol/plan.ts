import { EngineError } from '../engine-error.ts';
import type { ModuleHost, ModuleSchema, TableSchema } from '../module-host.ts';
import { bestRange, both, compileFilter, type Filter } from './filter.ts';
import { parseQuery, type Predicate } from './sql.ts';

/** One query of one subscriber, ready to run. */
export interface Plan {
  /** What makes two queries of a subscriber the same: their text, and the rule that shows the rows. */
  key: string;
  table: TableSchema;
  /** Absent: every row. */
  filter?: Filter;
}

/** Whose queries are planned. */
export interface Subscriber {
  /** 32 bytes, lowest first. */
  identity: Uint8Array;
  /** The owner reads every table and is not subject to row-level rules. */
  isOwner: boolean;
}

/**
 * Plans a subscription's SQL. There are several plans for `SELECT * FROM *`, and for a table with several row-level
 * rules: as on the server a row is delivered once by each rule that shows it, and the client counts.
 * @throws EngineError INVALID_ARGUMENT with a sentence for the client.
 */
export function planQuery(schema: ModuleSchema, sql: string, subscriber: Subscriber): Plan[] {
  const { table: name, where } = parseQuery(sql);
  if (name !== '*') return plans(visibleTable(schema, name, subscriber), where, { sql, subscriber });
  if (where !== undefined) throw new EngineError('INVALID_ARGUMENT', 'SELECT * FROM * takes no WHERE.');
  return schema.tables
    .filter(({ isPublic }) => isPublic)
    .flatMap((table) => plans(table, undefined, { sql: `SELECT * FROM ${table.name}`, subscriber }));
}

/** The rows that a plan selects now. */
export function* rowsOf(host: ModuleHost, { table, filter }: Plan): Iterable<Uint8Array> {
  if (filter === undefined) {
    yield* host.scan(table);
    return;
  }
  for (const row of host.scan(table, bestRange(table, filter))) if (filter.match(row)) yield row;
}

function visibleTable(schema: ModuleSchema, name: string, subscriber: Subscriber): TableSchema {
  const table = schema.tables.find((each) => each.name === name);
  if (table !== undefined && (table.isPublic || subscriber.isOwner)) return table;
  const sentence = `There is no table ${name}, or it is private.`;
  throw new EngineError('INVALID_ARGUMENT', sentence, { table: name });
}

function plans(
  table: TableSchema,
  where: Predicate | undefined,
  { sql, subscriber }: { sql: string; subscriber: Subscriber },
): Plan[] {
  const own = where && compileFilter(table, where, subscriber.identity);
  return rulesOf(table, subscriber).map((rule, position) => {
    const filter = own !== undefined && rule !== undefined ? both(own, rule) : (own ?? rule);
    const key = position === 0 ? sql : `${sql} -- rule ${position}`;
    return filter === undefined ? { key, table } : { key, table, filter };
  });
}

/** What each of the table's rules shows the subscriber; undefined stands for every row. */
function rulesOf(table: TableSchema, { identity, isOwner }: Subscriber): (Filter | undefined)[] {
  if (isOwner || table.visibility.length === 0) return [undefined];
  return table.visibility.map((sql) => {
    const { where } = parseQuery(sql);
    return where && compileFilter(table, where, identity);
  });
}
