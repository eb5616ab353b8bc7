import { EngineError } from '../engine-error.ts';

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=';

export type Literal =
  | { kind: 'integer'; value: bigint }
  | { kind: 'text'; value: string }
  /** Bytes as written, highest first. */
  | { kind: 'hex'; value: Uint8Array }
  | { kind: 'bool'; value: boolean }
  | { kind: 'sender' };

export type Predicate =
  | { kind: 'compare'; column: string; operator: Operator; literal: Literal }
  | { kind: 'and' | 'or'; left: Predicate; right: Predicate };

/** `SELECT * FROM table [WHERE …]`; the table `*` stands for every public table. */
export interface Query {
  table: string;
  where?: Predicate;
}

const LENGTH_MAX = 50_000;
const DEPTH_MAX = 64;
const ALLOWED =
  'Allowed is SELECT * FROM one table, with WHERE column (=, !=, <>, <, <=, >, >=) value, AND, OR and parentheses; ' +
  "a value is an integer, 'text', 0x hex, true or false.";

const TOKEN =
  /\s*(?:(0x[0-9a-f]*|[xX]'[0-9a-f]*')|([+-]?\d+(?![\w.]))|'((?:[^']|'')*)'|("(?:[^"]|"")+"|[a-z_]\w*)|(:sender\b|<=|>=|<>|!=|[=<>().*;]))/iy;

interface Token {
  kind: 'hex' | 'integer' | 'text' | 'name' | 'sign';
  text: string;
}

/**
 * Parses a subscription's SQL.
 * @throws EngineError INVALID_ARGUMENT with what is wrong and what is allowed.
 */
export function parseQuery(sql: string): Query {
  if (sql.length > LENGTH_MAX) throw refused(`it is longer than ${LENGTH_MAX} characters`);
  return new Parser(tokenize(sql)).query();
}

function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  const end = sql.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(sql);
    if (match === null) throw refused(`nothing can be made of it from «${sql.slice(at, at + 20).trim()}» on`);
    const [, hex, integer, text, name, sign] = match;
    if (hex !== undefined) tokens.push({ kind: 'hex', text: hex.replace(/^0x|[xX']/g, '') });
    else if (integer !== undefined) tokens.push({ kind: 'integer', text: integer });
    else if (text !== undefined) tokens.push({ kind: 'text', text: text.replaceAll("''", "'") });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else tokens.push({ kind: 'sign', text: sign! });
  }
  return tokens;
}

class Parser {
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;
  #table = '';

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  query(): Query {
    this.#keyword('select');
    const qualifier = this.#takes('*') ? undefined : this.#qualifiedStar();
    this.#keyword('from');
    this.#table = this.#takes('*') ? '*' : this.#name('a table');
    if (qualifier !== undefined && qualifier !== this.#table) throw refused(`${qualifier} is not its table`);
    const where = this.#takesKeyword('where') ? this.#or() : undefined;
    this.#takes(';');
    const rest = this.#tokens[this.#at];
    if (rest !== undefined) throw refused(`«${rest.text}» is not expected there`);
    return where === undefined ? { table: this.#table } : { table: this.#table, where };
  }

  #qualifiedStar(): string {
    const name = this.#name('*');
    this.#sign('.');
    this.#sign('*');
    return name;
  }

  #or(): Predicate {
    let left = this.#and();
    while (this.#takesKeyword('or')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Predicate {
    let left = this.#term();
    while (this.#takesKeyword('and')) left = { kind: 'and', left, right: this.#term() };
    return left;
  }

  #term(): Predicate {
    if (!this.#takes('(')) return this.#comparison();
    if (++this.#depth > DEPTH_MAX) throw refused(`more than ${DEPTH_MAX} parentheses stand in each other`);
    const inner = this.#or();
    this.#sign(')');
    this.#depth -= 1;
    return inner;
  }

  #comparison(): Predicate {
    let column = this.#name('a column');
    if (this.#takes('.')) {
      if (column !== this.#table) throw refused(`${column} is not its table`);
      column = this.#name('a column');
    }
    const operator = this.#next('an operator').text;
    if (!/^(?:=|!=|<>|<=|>=|<|>)$/.test(operator)) throw refused(`«${operator}» is no operator`);
    return {
      kind: 'compare',
      column,
      operator: (operator === '<>' ? '!=' : operator) as Operator,
      literal: this.#literal(),
    };
  }

  #literal(): Literal {
    const { kind, text } = this.#next('a value');
    if (kind === 'integer') return { kind, value: BigInt(text.replace(/^\+/, '')) };
    if (kind === 'text') return { kind, value: text };
    if (kind === 'hex' && text.length % 2 === 0)
      return { kind, value: Uint8Array.from(Buffer.from(text, 'hex')) };
    if (kind === 'name' && /^(?:true|false)$/i.test(text)) {
      return { kind: 'bool', value: text.toLowerCase() === 'true' };
    }
    if (text === ':sender') return { kind: 'sender' };
    throw refused(`«${text}» is no value`);
  }

  #name(what: string): string {
    const { kind, text } = this.#next(what);
    if (kind !== 'name') throw refused(`${what} should stand instead of «${text}»`);
    return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
  }

  #keyword(keyword: string): void {
    if (!this.#takesKeyword(keyword)) throw refused(`${keyword.toUpperCase()} is missing`);
  }

  #takesKeyword(keyword: string): boolean {
    const token = this.#tokens[this.#at];
    const found = token?.kind === 'name' && token.text.toLowerCase() === keyword;
    if (found) this.#at += 1;
    return found;
  }

  #sign(sign: string): void {
    if (!this.#takes(sign)) throw refused(`«${sign}» is missing`);
  }

  #takes(sign: string): boolean {
    const token = this.#tokens[this.#at];
    const found = token?.kind === 'sign' && token.text === sign;
    if (found) this.#at += 1;
    return found;
  }

  #next(what: string): Token {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw refused(`${what} is missing at its end`);
    return token;
  }
}

function refused(why: string): EngineError {
  return new EngineError('INVALID_ARGUMENT', `The query cannot be subscribed to: ${why}. ${ALLOWED}`);
}
