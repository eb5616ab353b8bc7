import { createContext, Script } from 'node:vm';
import { field, isName, type Field } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';

/**
 * Unicode mode, because there a construct that JavaScript does not know is an error when it is saved, where the old
 * mode takes `\p{L}` for the letters «p{L}» and never matches.
 */
const FLAGS = 'iu';

/** A pattern that backtracks for ever would otherwise stop the entire service. */
const MATCH_MS = 50;

const MAX = LIMITS.title_pattern_chars;

export function IsTitlePattern(): Field {
  return field(
    { type: 'string', format: 'regex', minLength: 1, maxLength: MAX },
    {
      name: 'isTitlePattern',
      allowed: `a JavaScript regular expression (flags ${FLAGS}) of 1 to ${MAX} characters`,
      check: (value) => isName(value, MAX) && compiled(value) !== undefined,
    },
  );
}

function compiled(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, FLAGS);
  } catch {
    return undefined;
  }
}

const sandbox: { pattern: string; title: string } = { pattern: '', title: '' };
const context = createContext(sandbox);
const search = new Script(`new RegExp(pattern, '${FLAGS}').test(title)`);

/** False also for a pattern that does not compile or does not come to an end within 50 ms. */
export function titleMatches(pattern: string, title: string): boolean {
  Object.assign(sandbox, { pattern, title });
  try {
    return search.runInContext(context, { timeout: MATCH_MS }) === true;
  } catch {
    return false;
  }
}
