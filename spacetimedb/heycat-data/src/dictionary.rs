use crate::area::area;
use crate::check::{self, Checked, KIB};
use crate::command::Command;
use crate::entity::Entity;
use crate::error::Refusal;
use crate::events::{Change, Event};
use crate::{decide, window_contexts};
use spacetimedb::{client_visibility_filter, reducer, Filter, Identity, ReducerContext, Timestamp};

#[client_visibility_filter]
const OWN_DICTIONARY_ENTRIES: Filter =
    Filter::Sql("SELECT * FROM dictionary_entries WHERE owner_identity = :sender");

area! {
    /// What is typed in place of a spoken trigger.
    #[table(name = dictionary_entries, public)]
    pub struct DictionaryEntry {
        #[primary_key]
        pub row_key: u128,
        #[index(btree)]
        pub owner_identity: Identity,
        #[unique(spoken_key(trigger))]
        /// Makes a trigger unique for its owner, whatever its spelling.
        pub trigger_key: String,
        pub id: u64,
        pub trigger: String,
        pub replacement: String,
        pub enabled: bool,
        pub suffix: Option<String>,
        pub disable_suffix: bool,
        pub auto_enter: bool,
        pub complete_match_only: bool,
        #[stamped]
        pub created_at: Timestamp,
        #[stamped]
        pub updated_at: Timestamp,
        #[stamped]
        /// Seq of the event that last changed the row.
        pub seq: u64,
    }

    type Entity = DictionaryEntryData;
    type Deleted = DictionaryEntryDeleted { id, trigger };
    type New = NewDictionaryEntry;
    type Changes = DictionaryEntryChanges { clear };
    ids from next_dictionary_entry_id;
}

impl Entity for DictionaryEntryData {
    const NAME: &'static str = "dictionary entry";
    const AREA: &'static str = "dictionary";
    const EVENT: fn(Change<Self>) -> Event = Event::DictionaryEntry;
    type Row = DictionaryEntry;
    type Deleted = DictionaryEntryDeleted;

    fn validate(&self) -> Checked {
        check::name("trigger", &self.trigger, 256)?;
        check::size("replacement", &self.replacement, 64 * KIB)?;
        check::optional_length("suffix", &self.suffix, 5)
    }
}

#[reducer]
pub fn add_dictionary_entry(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    entry: NewDictionaryEntry,
) -> Result<(), Refusal> {
    let command = Command::new("add_dictionary_entry", command_id, issued_at);
    command.arg(&entry).run(ctx, |scope| decide::add::<DictionaryEntryData>(scope, entry))
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
    let command = command.arg(&id).arg(&changes).arg(&expected_seq);
    command.run(ctx, |scope| decide::update::<DictionaryEntryData>(scope, id, changes, expected_seq))
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
        let mut decision = decide::delete::<DictionaryEntryData>(scope, id, expected_seq)?;
        let contexts = window_contexts::without(scope, id, |context| &mut context.dictionary_entry_ids)?;
        decision.events.extend(contexts);
        Ok(decision)
    })
}
