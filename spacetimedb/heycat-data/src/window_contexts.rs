use crate::area::area;
use crate::check::{self, Checked, KIB};
use crate::command::{Command, Scope};
use crate::decide;
use crate::dictionary::DictionaryEntryData;
use crate::entity::{Editable, Entity};
use crate::error::Refusal;
use crate::events::{Change, Event};
use crate::voice_commands::VoiceCommandData;
use spacetimedb::{client_visibility_filter, reducer, Filter, Identity, ReducerContext, Timestamp};

const MODES: [&str; 2] = ["merge", "replace"];

#[client_visibility_filter]
const OWN_WINDOW_CONTEXTS: Filter =
    Filter::Sql("SELECT * FROM window_contexts WHERE owner_identity = :sender");

area! {
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
        #[stamped]
        pub created_at: Timestamp,
        #[stamped]
        pub updated_at: Timestamp,
        #[stamped]
        /// Seq of the event that last changed the row.
        pub seq: u64,
    }

    type Entity = WindowContextData;
    type Deleted = WindowContextDeleted { id, name };
    type New = NewWindowContext;
    type Changes = WindowContextChanges { clear };
    ids from next_window_context_id;
}

impl Entity for WindowContextData {
    const NAME: &'static str = "window context";
    const AREA: &'static str = "window_contexts";
    const EVENT: fn(Change<Self>) -> Event = Event::WindowContext;
    type Row = WindowContext;
    type Deleted = WindowContextDeleted;

    fn validate(&self) -> Checked {
        check::name("name", &self.name, 256)?;
        check::name("app_name", &self.app_name, 256)?;
        check::optional_length("title_pattern", &self.title_pattern, KIB)?;
        check::one_of("dictionary_mode", &self.dictionary_mode, &MODES)?;
        check::one_of("command_mode", &self.command_mode, &MODES)?;
        check::ids("dictionary_entry_ids", &self.dictionary_entry_ids)?;
        check::ids("voice_command_ids", &self.voice_command_ids)
    }

    fn require_references(&self, scope: &Scope) -> Checked {
        let (entries, commands) = (&self.dictionary_entry_ids, &self.voice_command_ids);
        entries.iter().try_for_each(|id| decide::require_existing::<DictionaryEntryData>(scope, *id))?;
        commands.iter().try_for_each(|id| decide::require_existing::<VoiceCommandData>(scope, *id))
    }
}

/// The events that take an id out of the sender's contexts; `ids` selects the list that names it.
pub fn without(
    scope: &Scope,
    id: u64,
    ids: fn(&mut WindowContextData) -> &mut Vec<u64>,
) -> Result<Vec<Event>, Refusal> {
    let rows = scope.ctx.db.window_contexts().owner_identity().filter(scope.owner);
    let mut contexts = rows.map(WindowContextData::from_row).collect::<Result<Vec<_>, _>>()?;
    // The index promises no order, the log has to have one: the same command gives the same events.
    contexts.sort_unstable_by_key(|context| context.id);
    Ok(contexts.into_iter().filter_map(|context| detached(context, id, ids)).collect())
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
    (list.len() < length).then_some(Event::WindowContext(Change::Updated(context)))
}

#[reducer]
pub fn add_window_context(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    window_context: NewWindowContext,
) -> Result<(), Refusal> {
    let command = Command::new("add_window_context", command_id, issued_at);
    command.arg(&window_context).run(ctx, |scope| decide::add::<WindowContextData>(scope, window_context))
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
    let command = command.arg(&id).arg(&changes).arg(&expected_seq);
    command.run(ctx, |scope| decide::update::<WindowContextData>(scope, id, changes, expected_seq))
}

#[reducer]
pub fn delete_window_context(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    id: u64,
    expected_seq: Option<u64>,
) -> Result<(), Refusal> {
    let command = Command::new("delete_window_context", command_id, issued_at).arg(&id).arg(&expected_seq);
    command.run(ctx, |scope| decide::delete::<WindowContextData>(scope, id, expected_seq))
}
