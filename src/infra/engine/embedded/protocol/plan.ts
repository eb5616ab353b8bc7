import { HeycatError } from '../../../../errors.ts';
import type { ModuleHost, ModuleSchema, TableSchema } from '../module-host.ts';
import { bestRange, both, compileFilter, type Filter } from './filter.ts';
import { parseQuery, type Predicate } from './sql.ts';

/** One query of one subscriber, ready to run. */
export interface Plan {
  /** What makes two queries of a subscriber the same: their text. */
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
 * Plans a subscription's SQL; more than one plan only for `SELECT * FROM *`.
 * @throws HeycatError INVALID_ARGUMENT with a sentence for the client.
 */
export function planQuery(schema: ModuleSchema, sql: string, subscriber: Subscriber): Plan[] {
  const { table: name, where } = parseQuery(sql);
  if (name !== '*') return [plan(visibleTable(schema, name, subscriber), where, { sql, subscriber })];
  if (where !== undefined) throw new HeycatError('INVALID_ARGUMENT', 'SELECT * FROM * takes no WHERE.');
  return schema.tables
    .filter(({ isPublic }) => isPublic)
    .map((table) => plan(table, undefined, { sql: `SELECT * FROM ${table.name}`, subscriber }));
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
  throw new HeycatError('INVALID_ARGUMENT', sentence, { table: name });
}

function plan(
  table: TableSchema,
  where: Predicate | undefined,
  { sql, subscriber }: { sql: string; subscriber: Subscriber },
): Plan {
  const own = where && compileFilter(table, where, subscriber.identity);
  const rule = subscriber.isOwner ? undefined : visibilityOf(table, subscriber);
  const filter = own !== undefined && rule !== undefined ? both(own, rule) : (own ?? rule);
  return filter === undefined ? { key: sql, table } : { key: sql, table, filter };
}

/** A row is visible when any of the table's rules selects it. */
function visibilityOf(table: TableSchema, { identity }: Subscriber): Filter | undefined {
  const rules = table.visibility.map((sql) => parseQuery(sql).where);
  if (rules.length === 0 || rules.includes(undefined)) return undefined;
  const any = (rules as Predicate[]).reduce((left, right) => ({ kind: 'or', left, right }));
  return compileFilter(table, any, identity);
}
