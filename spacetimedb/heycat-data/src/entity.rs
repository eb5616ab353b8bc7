//! What an area is made of. Its file names its columns once, in `area!`, states its own rules in an impl of
//! [`Entity`] and lists its reducers; deciding, logging and applying are written once for all areas.

use crate::check::{self, Checked};
use crate::command::Scope;
use crate::error::Refusal;
use crate::event_log::Stamp;
use crate::events::{Change, Event};
use crate::keys::row_key;
use crate::stream_heads::StreamHead;
use serde::de::DeserializeOwned;
use serde::Serialize;
use spacetimedb::{Identity, ReducerContext};
use std::fmt::Display;

/// What tells an owner's entities of one area apart.
pub trait Id: Display {
    type RowKey;

    fn row_key(&self, owner: Identity) -> Self::RowKey;
    fn validate(&self) -> Checked;
}

/// A number from the area's counter.
impl Id for u64 {
    type RowKey = u128;

    fn row_key(&self, owner: Identity) -> u128 {
        row_key(owner, *self)
    }

    fn validate(&self) -> Checked {
        check::id("id", *self)
    }
}

pub trait Identified {
    type Id: Id;

    fn id(&self) -> &Self::Id;
}

/// An entity as its events hold it: without owner, times and seq, which are columns of the log itself.
pub trait Entity: Identified + PartialEq + Serialize + DeserializeOwned {
    /// In sentences, in lower case.
    const NAME: &'static str;
    /// As the log names it.
    const AREA: &'static str;
    /// Makes an event of the area.
    const EVENT: fn(Change<Self>) -> Event;
    type Row: Row<Entity = Self>;
    /// What is left to say after a deletion.
    type Deleted: Identified<Id = Self::Id> + Serialize + DeserializeOwned;

    /// Checks the shape, alone and without looking at other rows.
    fn validate(&self) -> Checked;

    /// Refuses ids of other areas' entities that the sender does not have.
    fn require_references(&self, _scope: &Scope) -> Checked {
        Ok(())
    }

    /// What becomes of the entity when an update makes this of `_before`.
    fn updated(self, _before: &Self) -> Change<Self> {
        Change::Updated(self)
    }
}

pub type IdOf<T> = <T as Identified>::Id;
pub type RowKeyOf<T> = <IdOf<T> as Id>::RowKey;

/// An entity's row in its table.
pub trait Row: Sized {
    type Entity: Entity;

    fn find(ctx: &ReducerContext, key: &RowKeyOf<Self::Entity>) -> Option<Self>;
    fn owner(&self) -> Identity;
    fn seq(&self) -> u64;

    /// The row after an event.
    fn evolve(before: Option<&Self>, entity: Self::Entity, stamp: &Stamp) -> Self;

    /// Refuses an entity whose trigger or phrase another one of its owner has.
    fn require_unique(_ctx: &ReducerContext, _owner: Identity, _entity: &Self::Entity) -> Checked {
        Ok(())
    }

    /// Moves the area's counter, if it has one, past an id that the log names.
    fn observe(_head: &mut StreamHead, _id: &IdOf<Self::Entity>) {}
}

/// An entity with a number, which commands add, update column by column, and delete.
pub trait Editable: Entity + Identified<Id = u64> + Clone {
    /// A value for each of its own columns.
    type New;
    /// A value for each column that changes.
    type Changes;

    fn new(id: u64, new: Self::New) -> Result<Self, Refusal>;
    fn change(&mut self, changes: Self::Changes) -> Checked;
    fn from_row(row: Self::Row) -> Result<Self, Refusal>;
    fn deleted(row: Self::Row) -> Self::Deleted;
    fn next_id(head: &StreamHead) -> u64;
}

/// For a row that holds what `evolve` never writes.
pub fn unreadable<T: Entity>(id: u64) -> Refusal {
    Refusal::internal(format!("{} {id} holds no JSON", T::NAME))
}
