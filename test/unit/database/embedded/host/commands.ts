import { i64, none, row, text } from './bsatn.ts';

/** Arguments of the module's `save_setting` for the command with this number. */
export function saveSetting(number: number, value: string): Buffer {
  return row(
    text(commandId(number)),
    i64(1_700_000_000_000_000n),
    text(`key_${number % 50}`),
    text(JSON.stringify(value)),
    none,
  );
}

export function commandId(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}
