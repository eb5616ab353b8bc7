import { rowProjection, type AreaState } from './row-projection.ts';
import { IsMapOf } from '../fields/collections.ts';
import { IsJsonValue, IsName } from '../fields/fields.ts';
import { LIMITS } from '../fields/limits.ts';

export class SettingsView {
  /** Value by key, in order of key; keys that are not set are left out. */
  @IsMapOf(IsJsonValue(), { key: IsName(LIMITS.setting_key_chars), max: Infinity })
  settings!: Record<string, unknown>;
}

export function settingsView(rows: AreaState<'settings'>, keys?: readonly string[]): SettingsView {
  const chosen = keys === undefined ? rows.all : [...new Set(keys)].map((key) => rows.get(key));
  // fromEntries defines own properties, so a key such as __proto__ is a key like any other.
  return {
    settings: Object.fromEntries(
      chosen.flatMap((row) => (row === undefined ? [] : [[row.key, row.value] as const])),
    ),
  };
}

export const settings = rowProjection({
  area: 'settings',
  version: 1,
  view: (rows) => settingsView(rows),
});
