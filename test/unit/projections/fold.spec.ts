import type { DictionaryEntryChanged, DomainEvent } from '../../../src/events/domain-event.ts';
import { changeOf } from '../../../src/events/fold.ts';
import { CURRENT_SCHEMA_VERSION, upcast } from '../../../src/events/upcast.ts';
import { anEntry, anEvent } from './histories.ts';

describe('folding events', () => {
  const held = anEntry({ id: 4, seq: 10 });
  const { created_at: _created, updated_at: _updated, seq: _seq, ...columns } = held;
  const edited = anEvent(12, {
    type: 'dictionary_updated',
    area: 'dictionary',
    entity_id: '4',
    occurred_at: '2026-06-01T00:00:00.000Z',
    payload: { action: 'updated', ...columns, replacement: 'back soon' },
  });

  it('PJ5 an update keeps created_at and takes updated_at and seq from the event', () => {
    const after = { ...held, replacement: 'back soon', updated_at: '2026-06-01T00:00:00.000Z', seq: 12 };
    expect(changeOf(edited, held)).toEqual({ area: 'dictionary', before: held, after });
  });

  it('PJ5 a first event makes the row with its own time', () => {
    expect(changeOf(edited, undefined).after).toMatchObject({
      created_at: '2026-06-01T00:00:00.000Z',
      updated_at: '2026-06-01T00:00:00.000Z',
    });
  });

  it('PJ5 a setting whose value says deleted is still there', () => {
    const event = anEvent(1, {
      type: 'setting_updated',
      area: 'settings',
      entity_id: 'k',
      payload: { key: 'k', value: { action: 'deleted' } },
    });
    expect(changeOf(event, undefined).after).toMatchObject({ key: 'k', value: { action: 'deleted' } });
  });

  it('PJ13 an event without one of the columns is refused by name', () => {
    const { replacement: _replacement, ...payload } = edited.payload as DictionaryEntryChanged;
    expect(() => changeOf({ ...edited, payload } as DomainEvent, held)).toThrow(
      expect.objectContaining({
        code: 'INTERNAL',
        details: { seq: 12, type: 'dictionary_updated', field: 'replacement' },
      }),
    );
  });

  it('PJ13 an event of an unknown schema is refused by name, not guessed at', () => {
    expect(upcast(edited)).toBe(edited);
    for (const schema_version of [CURRENT_SCHEMA_VERSION + 1, 0]) {
      const unknown = { ...edited, schema_version };
      const refusal = expect.objectContaining({
        code: 'UNSUPPORTED_SCHEMA',
        details: { seq: 12, type: 'dictionary_updated', schema_version, supported: CURRENT_SCHEMA_VERSION },
      });
      expect(() => upcast(unknown)).toThrow(refusal);
      expect(() => changeOf(unknown, held)).toThrow(refusal);
    }
  });
});
