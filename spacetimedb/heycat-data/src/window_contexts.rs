use crate::changes::{set, Clear};
use crate::check::{self, Checked, KIB};
use crate::command::{Command, Decision, Scope};
use crate::error::Refusal;
use crate::event_log::StoredEvent;
use crate::events::{Change, Entity, Event, HasId};
use crate::keys::row_key;
use crate::{dictionary, voice_commands};
use serde::{Deserialize, Serialize};
use spacetimedb::{
    client_visibility_filter, reducer, table, Filter, Identity, ReducerContext, SpacetimeType, Timestamp,
};
use std::collections::BTreeMap;

const MODES: [&str; 2] = ["merge", "replace"];

#[client_visibility_filter]
const OWN_WINDOW_CONTEXTS: Filter =
    Filter::Sql("SELECT * FROM window_contexts WHERE owner_identity = :sender");

/// Which dictionary entries and voice commands hold while a window is active.
#[table(name = window_contexts, public)]
pub struct WindowContext {
    #[primary_key]
    pub row_key: u128,
    #[index(btree)]
    pub owner_identity: Identity,
    pub id: u64,
    pub name: String,
    pub app_name: String,
    /// A regular expression; the service has checked it.
    pub title_pattern: Option<String>,
    pub enabled: bool,
    pub priority: i32,
    pub dictionary_mode: String,
    pub command_mode: String,
    pub dictionary_entry_ids: Vec<u64>,
    pub voice_command_ids: Vec<u64>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Seq of the event that last changed the row.
    pub seq: u64,
}

/// A window context in an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowContextData {
    pub id: u64,
    pub name: String,
    pub app_name: String,
    pub title_pattern: Option<String>,
    pub enabled: bool,
    pub priority: i32,
    pub dictionary_mode: String,
    pub command_mode: String,
    pub dictionary_entry_ids: Vec<u64>,
    pub voice_command_ids: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowContextDeleted {
    pub id: u64,
    pub name: String,
}

#[derive(SpacetimeType)]
pub struct NewWindowContext {
    pub name: String,
    pub app_name: String,
    pub title_pattern: Option<String>,
    pub enabled: bool,
    pub priority: i32,
    pub dictionary_mode: String,
    pub command_mode: String,
    pub dictionary_entry_ids: Vec<u64>,
    pub voice_command_ids: Vec<u64>,
}

#[derive(SpacetimeType)]
pub struct WindowContextChanges {
    pub name: Option<String>,
    pub app_name: Option<String>,
    pub title_pattern: Option<String>,
    pub enabled: Option<bool>,
    pub priority: Option<i32>,
    pub dictionary_mode: Option<String>,
    pub command_mode: Option<String>,
    pub dictionary_entry_ids: Option<Vec<u64>>,
    pub voice_command_ids: Option<Vec<u64>>,
    /// Names of optional columns to empty.
    pub clear: Vec<String>,
}

impl HasId for WindowContextDeleted {
    fn id(&self) -> u64 {
        self.id
    }
}

impl Entity for WindowContextData {
    type Deleted = WindowContextDeleted;

    fn id(&self) -> u64 {
        self.id
    }

    fn validate(&self) -> Checked {
        check::name("name", &self.name, 256)?;
        check::name("app_name", &self.app_name, 256)?;
        check::optional_length("title_pattern", &self.title_pattern, KIB)?;
        check::one_of("dictionary_mode", &self.dictionary_mode, &MODES)?;
        check::one_of("command_mode", &self.command_mode, &MODES)?;
        check::ids("dictionary_entry_ids", &self.dictionary_entry_ids)?;
        check::ids("voice_command_ids", &self.voice_command_ids)
    }
}

impl WindowContextData {
    fn new(id: u64, new: NewWindowContext) -> Self {
        WindowContextData {
            id,
            name: new.name,
            app_name: new.app_name,
            title_pattern: new.title_pattern,
            enabled: new.enabled,
            priority: new.priority,
            dictionary_mode: new.dictionary_mode,
            command_mode: new.command_mode,
            dictionary_entry_ids: new.dictionary_entry_ids,
            voice_command_ids: new.voice_command_ids,
        }
    }

    pub fn changed(mut self, changes: WindowContextChanges) -> Result<Self, Refusal> {
        let clear = Clear::new(&changes.clear, &["title_pattern"])?;
        set(&mut self.name, changes.name);
        set(&mut self.app_name, changes.app_name);
        clear.set("title_pattern", &mut self.title_pattern, changes.title_pattern)?;
        set(&mut self.enabled, changes.enabled);
        set(&mut self.priority, changes.priority);
        set(&mut self.dictionary_mode, changes.dictionary_mode);
        set(&mut self.command_mode, changes.command_mode);
        set(&mut self.dictionary_entry_ids, changes.dictionary_entry_ids);
        set(&mut self.voice_command_ids, changes.voice_command_ids);
        Ok(self)
    }

    pub fn dictionary_entry_ids_mut(&mut self) -> &mut Vec<u64> {
        &mut self.dictionary_entry_ids
    }

    pub fn voice_command_ids_mut(&mut self) -> &mut Vec<u64> {
        &mut self.voice_command_ids
    }
}

impl WindowContext {
    fn data(&self) -> WindowContextData {
        WindowContextData {
            id: self.id,
            name: self.name.clone(),
            app_name: self.app_name.clone(),
            title_pattern: self.title_pattern.clone(),
            enabled: self.enabled,
            priority: self.priority,
            dictionary_mode: self.dictionary_mode.clone(),
            command_mode: self.command_mode.clone(),
            dictionary_entry_ids: self.dictionary_entry_ids.clone(),
            voice_command_ids: self.voice_command_ids.clone(),
        }
    }

    /// The row after an event.
    pub fn evolve(before: Option<&WindowContext>, data: &WindowContextData, stored: &StoredEvent) -> Self {
        let data = data.clone();
        WindowContext {
            row_key: row_key(stored.owner, data.id),
            owner_identity: stored.owner,
            id: data.id,
            name: data.name,
            app_name: data.app_name,
            title_pattern: data.title_pattern,
            enabled: data.enabled,
            priority: data.priority,
            dictionary_mode: data.dictionary_mode,
            command_mode: data.command_mode,
            dictionary_entry_ids: data.dictionary_entry_ids,
            voice_command_ids: data.voice_command_ids,
            created_at: before.map_or(stored.occurred_at, |row| row.created_at),
            updated_at: stored.occurred_at,
            seq: stored.seq,
        }
    }
}

/// The events that take an id out of the sender's contexts; `ids` selects the list that names it.
pub fn without(scope: &Scope, id: u64, ids: fn(&mut WindowContextData) -> &mut Vec<u64>) -> Vec<Event> {
    let rows = scope.ctx.db.window_contexts();
    // The index promises no order, the log has to have one: the same command gives the same events.
    let contexts: BTreeMap<u64, _> =
        rows.owner_identity().filter(scope.owner).map(|row| (row.id, row.data())).collect();
    contexts.into_values().filter_map(|context| detached(context, id, ids)).collect()
}

/// The event that takes an id out of one context, or none where the context does not name it.
pub fn detached(
    mut context: WindowContextData,
    id: u64,
    ids: fn(&mut WindowContextData) -> &mut Vec<u64>,
) -> Option<Event> {
    let list = ids(&mut context);
    let length = list.len();
    list.retain(|named| *named != id);
    (list.len() < length).then_some(Event::WindowContextsUpdated(Change::Updated(context)))
}

fn require_members(scope: &Scope, data: &WindowContextData) -> Checked {
    data.dictionary_entry_ids.iter().try_for_each(|id| dictionary::require_existing(scope, *id))?;
    data.voice_command_ids.iter().try_for_each(|id| voice_commands::require_existing(scope, *id))
}

fn find(scope: &Scope, id: u64, action: &str) -> Result<WindowContext, Refusal> {
    let row = scope.ctx.db.window_contexts().row_key().find(row_key(scope.owner, id));
    let row = row.ok_or_else(|| Refusal::not_found("Window context"))?;
    check::owner(row.owner_identity, scope.owner, action)?;
    Ok(row)
}

#[reducer]
pub fn add_window_context(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    window_context: NewWindowContext,
) -> Result<(), Refusal> {
    Command::new("add_window_context", command_id, issued_at).arg(&window_context).run(ctx, |scope| {
        let data = WindowContextData::new(scope.head.next_window_context_id, window_context);
        data.validate()?;
        require_members(scope, &data)?;
        Decision::about(data.id, vec![Event::WindowContextsUpdated(Change::Added(data))])
    })
}

#[reducer]
pub fn update_window_context(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    id: u64,
    changes: WindowContextChanges,
    expected_seq: Option<u64>,
) -> Result<(), Refusal> {
    let command = Command::new("update_window_context", command_id, issued_at);
    command.arg(&id).arg(&changes).arg(&expected_seq).run(ctx, |scope| {
        let row = find(scope, id, "update this window context")?;
        check::expected_seq("Window context", row.seq, expected_seq)?;
        let before = row.data();
        let after = before.clone().changed(changes)?;
        after.validate()?;
        require_members(scope, &after)?;
        let event = (after != before).then_some(Event::WindowContextsUpdated(Change::Updated(after)));
        Decision::about(id, event.into_iter().collect())
    })
}

#[reducer]
pub fn delete_window_context(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    id: u64,
    expected_seq: Option<u64>,
) -> Result<(), Refusal> {
    let command = Command::new("delete_window_context", command_id, issued_at);
    command.arg(&id).arg(&expected_seq).run(ctx, |scope| {
        let row = find(scope, id, "delete this window context")?;
        check::expected_seq("Window context", row.seq, expected_seq)?;
        let deleted = WindowContextDeleted { id, name: row.name };
        Decision::about(id, vec![Event::WindowContextsUpdated(Change::Deleted(deleted))])
    })
}
