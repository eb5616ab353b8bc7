use crate::changes::{set, Clear};
use crate::check::{self, Checked, KIB};
use crate::command::{Command, Decision, Scope};
use crate::error::Refusal;
use crate::event_log::StoredEvent;
use crate::events::{Change, Entity, Event, HasId};
use crate::keys::{row_key, spoken_key};
use crate::window_contexts::{self, WindowContextData};
use serde::{Deserialize, Serialize};
use spacetimedb::{
    client_visibility_filter, reducer, table, Filter, Identity, ReducerContext, SpacetimeType, Timestamp,
};

#[client_visibility_filter]
const OWN_DICTIONARY_ENTRIES: Filter =
    Filter::Sql("SELECT * FROM dictionary_entries WHERE owner_identity = :sender");

/// What is typed in place of a spoken trigger.
#[table(name = dictionary_entries, public)]
pub struct DictionaryEntry {
    #[primary_key]
    pub row_key: u128,
    #[index(btree)]
    pub owner_identity: Identity,
    /// Makes a trigger unique for its owner, whatever its spelling.
    #[unique]
    pub trigger_key: String,
    pub id: u64,
    pub trigger: String,
    pub replacement: String,
    pub enabled: bool,
    pub suffix: Option<String>,
    pub disable_suffix: bool,
    pub auto_enter: bool,
    pub complete_match_only: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Seq of the event that last changed the row.
    pub seq: u64,
}

/// A dictionary entry in an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DictionaryEntryData {
    pub id: u64,
    pub trigger: String,
    pub replacement: String,
    pub enabled: bool,
    pub suffix: Option<String>,
    pub disable_suffix: bool,
    pub auto_enter: bool,
    pub complete_match_only: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DictionaryEntryDeleted {
    pub id: u64,
    pub trigger: String,
}

#[derive(SpacetimeType)]
pub struct NewDictionaryEntry {
    pub trigger: String,
    pub replacement: String,
    pub enabled: bool,
    pub suffix: Option<String>,
    pub disable_suffix: bool,
    pub auto_enter: bool,
    pub complete_match_only: bool,
}

#[derive(SpacetimeType)]
pub struct DictionaryEntryChanges {
    pub trigger: Option<String>,
    pub replacement: Option<String>,
    pub enabled: Option<bool>,
    pub suffix: Option<String>,
    pub disable_suffix: Option<bool>,
    pub auto_enter: Option<bool>,
    pub complete_match_only: Option<bool>,
    /// Names of optional columns to empty.
    pub clear: Vec<String>,
}

impl HasId for DictionaryEntryDeleted {
    fn id(&self) -> u64 {
        self.id
    }
}

impl Entity for DictionaryEntryData {
    type Deleted = DictionaryEntryDeleted;

    fn id(&self) -> u64 {
        self.id
    }

    fn validate(&self) -> Checked {
        check::name("trigger", &self.trigger, 256)?;
        check::size("replacement", &self.replacement, 64 * KIB)?;
        check::optional_length("suffix", &self.suffix, 5)
    }
}

impl DictionaryEntryData {
    fn new(id: u64, new: NewDictionaryEntry) -> Self {
        DictionaryEntryData {
            id,
            trigger: new.trigger,
            replacement: new.replacement,
            enabled: new.enabled,
            suffix: new.suffix,
            disable_suffix: new.disable_suffix,
            auto_enter: new.auto_enter,
            complete_match_only: new.complete_match_only,
        }
    }

    pub fn changed(mut self, changes: DictionaryEntryChanges) -> Result<Self, Refusal> {
        let clear = Clear::new(&changes.clear, &["suffix"])?;
        set(&mut self.trigger, changes.trigger);
        set(&mut self.replacement, changes.replacement);
        set(&mut self.enabled, changes.enabled);
        clear.set("suffix", &mut self.suffix, changes.suffix)?;
        set(&mut self.disable_suffix, changes.disable_suffix);
        set(&mut self.auto_enter, changes.auto_enter);
        set(&mut self.complete_match_only, changes.complete_match_only);
        Ok(self)
    }
}

impl DictionaryEntry {
    fn data(&self) -> DictionaryEntryData {
        DictionaryEntryData {
            id: self.id,
            trigger: self.trigger.clone(),
            replacement: self.replacement.clone(),
            enabled: self.enabled,
            suffix: self.suffix.clone(),
            disable_suffix: self.disable_suffix,
            auto_enter: self.auto_enter,
            complete_match_only: self.complete_match_only,
        }
    }

    /// The row after an event.
    pub fn evolve(
        before: Option<&DictionaryEntry>,
        data: &DictionaryEntryData,
        stored: &StoredEvent,
    ) -> Self {
        let data = data.clone();
        DictionaryEntry {
            row_key: row_key(stored.owner, data.id),
            owner_identity: stored.owner,
            trigger_key: spoken_key(stored.owner, &data.trigger),
            id: data.id,
            trigger: data.trigger,
            replacement: data.replacement,
            enabled: data.enabled,
            suffix: data.suffix,
            disable_suffix: data.disable_suffix,
            auto_enter: data.auto_enter,
            complete_match_only: data.complete_match_only,
            created_at: before.map_or(stored.occurred_at, |row| row.created_at),
            updated_at: stored.occurred_at,
            seq: stored.seq,
        }
    }
}

/// Refuses a trigger that another entry of the owner has.
pub fn require_unique(ctx: &ReducerContext, owner: Identity, data: &DictionaryEntryData) -> Checked {
    let holder = ctx.db.dictionary_entries().trigger_key().find(spoken_key(owner, &data.trigger));
    match holder {
        Some(row) if row.row_key != row_key(owner, data.id) => {
            Err(Refusal::duplicate("A dictionary entry with this trigger already exists"))
        }
        _ => Ok(()),
    }
}

/// Refuses an id that names no entry of the sender.
pub fn require_existing(scope: &Scope, id: u64) -> Checked {
    let row = scope.ctx.db.dictionary_entries().row_key().find(row_key(scope.owner, id));
    let row = row.ok_or_else(|| Refusal::not_found(format!("Dictionary entry {id}")))?;
    check::owner(row.owner_identity, scope.owner, "use this dictionary entry")
}

fn find(scope: &Scope, id: u64, action: &str) -> Result<DictionaryEntry, Refusal> {
    let row = scope.ctx.db.dictionary_entries().row_key().find(row_key(scope.owner, id));
    let row = row.ok_or_else(|| Refusal::not_found("Dictionary entry"))?;
    check::owner(row.owner_identity, scope.owner, action)?;
    Ok(row)
}

#[reducer]
pub fn add_dictionary_entry(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    entry: NewDictionaryEntry,
) -> Result<(), Refusal> {
    Command::new("add_dictionary_entry", command_id, issued_at).arg(&entry).run(ctx, |scope| {
        let data = DictionaryEntryData::new(scope.head.next_dictionary_entry_id, entry);
        data.validate()?;
        Decision::about(data.id, vec![Event::DictionaryUpdated(Change::Added(data))])
    })
}

#[reducer]
pub fn update_dictionary_entry(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    id: u64,
    changes: DictionaryEntryChanges,
    expected_seq: Option<u64>,
) -> Result<(), Refusal> {
    let command = Command::new("update_dictionary_entry", command_id, issued_at);
    command.arg(&id).arg(&changes).arg(&expected_seq).run(ctx, |scope| {
        let row = find(scope, id, "update this dictionary entry")?;
        check::expected_seq("Dictionary entry", row.seq, expected_seq)?;
        let before = row.data();
        let after = before.clone().changed(changes)?;
        after.validate()?;
        let event = (after != before).then_some(Event::DictionaryUpdated(Change::Updated(after)));
        Decision::about(id, event.into_iter().collect())
    })
}

/// Also takes the entry out of the window contexts that name it.
#[reducer]
pub fn delete_dictionary_entry(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    id: u64,
    expected_seq: Option<u64>,
) -> Result<(), Refusal> {
    let command = Command::new("delete_dictionary_entry", command_id, issued_at);
    command.arg(&id).arg(&expected_seq).run(ctx, |scope| {
        let row = find(scope, id, "delete this dictionary entry")?;
        check::expected_seq("Dictionary entry", row.seq, expected_seq)?;
        let deleted = DictionaryEntryDeleted { id, trigger: row.trigger };
        let mut events = vec![Event::DictionaryUpdated(Change::Deleted(deleted))];
        events.extend(window_contexts::without(scope, id, WindowContextData::dictionary_entry_ids_mut));
        Decision::about(id, events)
    })
}
