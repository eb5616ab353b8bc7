//! The only writer of state rows: carries an event out, whether it has just been decided, is imported, or is read
//! back from the log.

use crate::check::{self, Checked};
use crate::dictionary::{dictionary_entries, DictionaryEntry};
use crate::entity::{Entity, Id, IdOf, Identified, Row, RowKeyOf};
use crate::event_log::{Stamp, StoredEvent};
use crate::events::{in_its_area, Change, Event};
use crate::recordings::{recordings, Recording};
use crate::settings::{settings, Setting};
use crate::stream_heads::StreamHead;
use crate::voice_commands::{voice_commands, VoiceCommand};
use crate::window_contexts::{window_contexts, WindowContext};
use spacetimedb::{Identity, ReducerContext, Table};

/// A row that can be written. Private: nothing else in the module writes one.
trait Written: Row {
    fn insert(self, ctx: &ReducerContext);
    fn update(self, ctx: &ReducerContext);
    fn delete(ctx: &ReducerContext, key: &RowKeyOf<Self::Entity>);

    /// Writes what an event made of the entity; refuses to change a row that belongs to somebody else.
    fn put(ctx: &ReducerContext, stamp: &Stamp, entity: Self::Entity) -> Checked {
        Self::require_unique(ctx, stamp.owner, &entity)?;
        match Self::find(ctx, &entity.id().row_key(stamp.owner)) {
            None => Self::evolve(None, entity, stamp).insert(ctx),
            Some(before) => {
                check::owner(before.owner(), stamp.owner, "change this row")?;
                Self::evolve(Some(&before), entity, stamp).update(ctx);
            }
        }
        Ok(())
    }

    /// A missing row is fine, one that belongs to somebody else is refused.
    fn remove(ctx: &ReducerContext, stamp: &Stamp, id: &IdOf<Self::Entity>) -> Checked {
        let key = id.row_key(stamp.owner);
        if let Some(before) = Self::find(ctx, &key) {
            check::owner(before.owner(), stamp.owner, "delete this row")?;
            Self::delete(ctx, &key);
        }
        Ok(())
    }
}

macro_rules! state_tables {
    ($($table:ident of $Row:ty,)*) => {
        $(impl Written for $Row {
            fn insert(self, ctx: &ReducerContext) {
                ctx.db.$table().insert(self);
            }

            fn update(self, ctx: &ReducerContext) {
                ctx.db.$table().row_key().update(self);
            }

            fn delete(ctx: &ReducerContext, key: &RowKeyOf<Self::Entity>) {
                ctx.db.$table().row_key().delete(key);
            }
        })*

        /// Empties the owner's state tables, for folding the log into them again.
        pub fn clear(ctx: &ReducerContext, owner: Identity) {
            $(ctx.db.$table().owner_identity().delete(owner);)*
        }
    };
}

state_tables! {
    recordings of Recording,
    settings of Setting,
    dictionary_entries of DictionaryEntry,
    voice_commands of VoiceCommand,
    window_contexts of WindowContext,
}

pub fn apply(ctx: &ReducerContext, head: &mut StreamHead, stored: StoredEvent) -> Checked {
    in_its_area!(stored.event, change => apply_change(ctx, head, &stored.stamp, change))
}

fn apply_change<T>(ctx: &ReducerContext, head: &mut StreamHead, stamp: &Stamp, change: Change<T>) -> Checked
where
    T: Entity,
    T::Row: Written,
{
    T::Row::observe(head, change.id());
    match change {
        Change::Added(entity) | Change::Updated(entity) | Change::Completed(entity) => {
            T::Row::put(ctx, stamp, entity)
        }
        Change::Deleted(deleted) => T::Row::remove(ctx, stamp, deleted.id()),
    }
}
