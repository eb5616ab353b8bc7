//! The only writer of state rows: carries an event out, whether it has just been decided, is imported, or is read
//! back from the log.

use crate::check;
use crate::dictionary::{dictionary_entries, DictionaryEntry};
use crate::error::Refusal;
use crate::event_log::StoredEvent;
use crate::events::{Change, Entity, Event};
use crate::keys::{row_key, text_key};
use crate::recordings::{recordings, Recording};
use crate::settings::{settings, Setting};
use crate::stream_heads::StreamHead;
use crate::voice_commands::{voice_commands, VoiceCommand};
use crate::window_contexts::{window_contexts, WindowContext};
use crate::{dictionary, voice_commands as commands};
use spacetimedb::{ReducerContext, Table};

/// Writes the row that `$evolve` makes of the row before; refuses a row that belongs to somebody else.
macro_rules! put {
    ($table:expr, $key:expr, $stored:expr, $evolve:expr) => {{
        let table = $table;
        match table.row_key().find($key) {
            None => {
                table.insert($evolve(None));
            }
            Some(before) => {
                check::owner(before.owner_identity, $stored.owner, "change this row")?;
                table.row_key().update($evolve(Some(&before)));
            }
        }
    }};
}

/// Removes the row; a missing one is fine, a row that belongs to somebody else is refused.
macro_rules! remove {
    ($table:expr, $key:expr, $stored:expr) => {{
        let table = $table;
        if let Some(before) = table.row_key().find($key) {
            check::owner(before.owner_identity, $stored.owner, "delete this row")?;
            table.row_key().delete(before.row_key);
        }
    }};
}

pub fn apply(ctx: &ReducerContext, head: &mut StreamHead, stored: &StoredEvent) -> Result<(), Refusal> {
    head.observe(stored.event.subject());
    match &stored.event {
        Event::RecordingAdded(data) | Event::RecordingUpdated(data) | Event::RecordingCompleted(data) => {
            let key = row_key(stored.owner, data.id);
            put!(ctx.db.recordings(), key, stored, |before| Recording::evolve(before, data, stored));
        }
        Event::RecordingDeleted(deleted) => {
            remove!(ctx.db.recordings(), row_key(stored.owner, deleted.id), stored);
        }
        Event::SettingUpdated(data) => {
            let key = text_key(stored.owner, &data.key);
            put!(ctx.db.settings(), key, stored, |_: Option<&Setting>| Setting::evolve(data, stored));
        }
        Event::SettingDeleted(deleted) => {
            remove!(ctx.db.settings(), text_key(stored.owner, &deleted.key), stored);
        }
        Event::DictionaryUpdated(change) => {
            let key = row_key(stored.owner, change.id());
            match after(change) {
                Some(data) => {
                    dictionary::require_unique(ctx, stored.owner, data)?;
                    let evolve = |before: Option<&_>| DictionaryEntry::evolve(before, data, stored);
                    put!(ctx.db.dictionary_entries(), key, stored, evolve);
                }
                None => remove!(ctx.db.dictionary_entries(), key, stored),
            }
        }
        Event::VoiceCommandsUpdated(change) => {
            let key = row_key(stored.owner, change.id());
            match after(change) {
                Some(data) => {
                    commands::require_unique(ctx, stored.owner, data)?;
                    let evolve = |before: Option<&_>| VoiceCommand::evolve(before, data, stored);
                    put!(ctx.db.voice_commands(), key, stored, evolve);
                }
                None => remove!(ctx.db.voice_commands(), key, stored),
            }
        }
        Event::WindowContextsUpdated(change) => {
            let key = row_key(stored.owner, change.id());
            match after(change) {
                Some(data) => {
                    let evolve = |before: Option<&_>| WindowContext::evolve(before, data, stored);
                    put!(ctx.db.window_contexts(), key, stored, evolve);
                }
                None => remove!(ctx.db.window_contexts(), key, stored),
            }
        }
    }
    Ok(())
}

fn after<T: Entity>(change: &Change<T>) -> Option<&T> {
    match change {
        Change::Added(data) | Change::Updated(data) => Some(data),
        Change::Deleted(_) => None,
    }
}

/// Empties the owner's state tables, for folding the log into them again.
pub fn clear(ctx: &ReducerContext, head: &StreamHead) {
    let owner = head.owner_identity;
    ctx.db.recordings().owner_identity().delete(owner);
    ctx.db.settings().owner_identity().delete(owner);
    ctx.db.dictionary_entries().owner_identity().delete(owner);
    ctx.db.voice_commands().owner_identity().delete(owner);
    ctx.db.window_contexts().owner_identity().delete(owner);
}
