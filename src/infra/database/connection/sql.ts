/** A text literal of SpacetimeDB's SQL. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Which of the user's rows. */
export interface Selection {
  /** Bounds for rows that are known by a number, id or seq: from this one on, to that one. */
  from?: number;
  to?: number;
  /** The row that is known by this name. */
  name?: string;
  /** Any other condition. */
  where?: string;
}

/** The greatest number that a row can have. */
const NUMBER_MAX = 2n ** 64n - 1n;

/** Receipts of commands whose first event comes after this one; bounded on both sides, so that their index is used. */
export function receiptsAfter(seq: number): Selection {
  return { where: `first_seq > ${seq} AND first_seq <= ${NUMBER_MAX}` };
}

/**
 * Selects rows of one user. Numbers and names stand in the primary key behind the user's part of it, as the module's
 * keys.rs puts them there: the embedded engine finds them in its index, and looks at no others.
 * @param identity 64 hex digits.
 */
export function selectOwn(table: string, identity: string, { from, to, name, where }: Selection): string {
  const conditions = [`owner_identity = 0x${identity}`];
  const owner = identity.slice(-16);
  if (from !== undefined || to !== undefined) {
    const key = (number: bigint): bigint => (BigInt(`0x${owner}`) << 64n) | number;
    conditions.push(`row_key >= ${key(BigInt(from ?? 0))}`, `row_key <= ${key(BigInt(to ?? NUMBER_MAX))}`);
  }
  if (name !== undefined) conditions.push(`row_key = ${sqlText(`${owner}/${name}`)}`);
  if (where !== undefined) conditions.push(where);
  return `SELECT * FROM ${table} WHERE ${conditions.join(' AND ')}`;
}
