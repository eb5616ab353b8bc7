import { Field, isAtMostBytes, isName, jsonText } from '../fields.ts';
import { LIMITS } from '../limits.ts';

const [MAX_KEY, MAX_ITEMS, MAX_BYTES] = [
  LIMITS.setting_key_chars,
  LIMITS.list_items,
  LIMITS.json_value_bytes,
];

/** An object of settings by key, as `get_settings` gives them. */
export function IsSettings(): PropertyDecorator {
  return Field(
    {
      type: 'object',
      minProperties: 1,
      maxProperties: MAX_ITEMS,
      propertyNames: { minLength: 1, maxLength: MAX_KEY },
    },
    {
      name: 'isSettings',
      allowed: `an object of 1 to ${MAX_ITEMS} JSON values by keys of 1 to ${MAX_KEY} characters that are not blank`,
      check: (values) => {
        const entries = entriesOf(values);
        const isFull = entries.length >= 1 && entries.length <= MAX_ITEMS;
        return (
          isFull && entries.every(([key, value]) => isName(key, MAX_KEY) && jsonText(value) !== undefined)
        );
      },
    },
    {
      name: 'isSettingsSize',
      allowed: `at most ${MAX_BYTES} bytes a value`,
      check: (values) =>
        entriesOf(values).every(([, value]) => isAtMostBytes(jsonText(value) ?? '', MAX_BYTES)),
      code: 'LIMIT_EXCEEDED',
    },
  );
}

function entriesOf(values: unknown): [string, unknown][] {
  const isObject = typeof values === 'object' && values !== null && !Array.isArray(values);
  return isObject ? Object.entries(values) : [];
}
