//! The decisions that the areas share: each answers with the events that happen.

use crate::check::{self, Checked};
use crate::command::{Decision, Scope};
use crate::entity::{Editable, Entity, Id, IdOf, Row};
use crate::error::Refusal;
use crate::events::Change;

pub fn add<T: Editable>(scope: &Scope, new: T::New) -> Result<Decision, Refusal> {
    let entity = T::new(T::next_id(scope.head), new)?;
    entity.validate()?;
    entity.require_references(scope)?;
    Decision::about(*entity.id(), vec![(T::EVENT)(Change::Added(entity))])
}

pub fn update<T: Editable>(
    scope: &Scope,
    id: u64,
    changes: T::Changes,
    expected_seq: Option<u64>,
) -> Result<Decision, Refusal> {
    let before = T::from_row(existing::<T>(scope, &id, "update", expected_seq)?)?;
    let mut after = before.clone();
    after.change(changes)?;
    after.validate()?;
    after.require_references(scope)?;
    Decision::about(id, updated(&before, after).map(T::EVENT).into_iter().collect())
}

/// What becomes of the entity by an update, or nothing where it changes nothing.
pub fn updated<T: Entity>(before: &T, after: T) -> Option<Change<T>> {
    (after != *before).then(|| after.updated(before))
}

pub fn delete<T: Editable>(scope: &Scope, id: u64, expected_seq: Option<u64>) -> Result<Decision, Refusal> {
    let row = existing::<T>(scope, &id, "delete", expected_seq)?;
    Decision::about(id, vec![(T::EVENT)(Change::Deleted(T::deleted(row)))])
}

/// Refuses an id that names no entity of the sender.
pub fn require_existing<T: Editable>(scope: &Scope, id: u64) -> Checked {
    match find::<T>(scope, &id, "use")? {
        Some(_) => Ok(()),
        None => Err(Refusal::not_found(format_args!("{} {id}", T::NAME))),
    }
}

/// The sender's row, with the seq that the caller expects.
pub fn existing<T: Entity>(
    scope: &Scope,
    id: &IdOf<T>,
    action: &str,
    expected_seq: Option<u64>,
) -> Result<T::Row, Refusal> {
    let row = find::<T>(scope, id, action)?.ok_or_else(|| Refusal::not_found(T::NAME))?;
    check::expected_seq(T::NAME, row.seq(), expected_seq)?;
    Ok(row)
}

/// The sender's row, if there is one.
pub fn find<T: Entity>(scope: &Scope, id: &IdOf<T>, action: &str) -> Result<Option<T::Row>, Refusal> {
    let row = T::Row::find(scope.ctx, &id.row_key(scope.owner));
    if let Some(row) = &row {
        check::owner(row.owner(), scope.owner, format_args!("{action} this {}", T::NAME))?;
    }
    Ok(row)
}
