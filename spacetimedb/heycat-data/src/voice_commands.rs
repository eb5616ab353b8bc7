use crate::area::area;
use crate::check::{self, Checked};
use crate::command::Command;
use crate::entity::Entity;
use crate::error::Refusal;
use crate::events::{Change, Event};
use crate::{decide, window_contexts};
use serde_json::Value;
use spacetimedb::{client_visibility_filter, reducer, Filter, Identity, ReducerContext, Timestamp};

const ACTION_TYPES: [&str; 4] = ["open_app", "type_text", "system_control", "custom"];

#[client_visibility_filter]
const OWN_VOICE_COMMANDS: Filter = Filter::Sql("SELECT * FROM voice_commands WHERE owner_identity = :sender");

area! {
    /// What is done when a phrase is spoken.
    #[table(name = voice_commands, public)]
    pub struct VoiceCommand {
        #[primary_key]
        pub row_key: u128,
        #[index(btree)]
        pub owner_identity: Identity,
        #[unique(spoken_key(phrase))]
        /// Makes a phrase unique for its owner, whatever its spelling.
        pub phrase_key: String,
        pub id: u64,
        /// May hold `{name}` parameters.
        pub phrase: String,
        pub action_type: String,
        /// Its shape depends on action_type.
        pub action_payload: Value,
        pub enabled: bool,
        #[stamped]
        pub created_at: Timestamp,
        #[stamped]
        pub updated_at: Timestamp,
        #[stamped]
        /// Seq of the event that last changed the row.
        pub seq: u64,
    }

    type Entity = VoiceCommandData;
    type Deleted = VoiceCommandDeleted { id, phrase };
    type New = NewVoiceCommand;
    type Changes = VoiceCommandChanges;
    ids from next_voice_command_id;
}

impl Entity for VoiceCommandData {
    const NAME: &'static str = "voice command";
    const AREA: &'static str = "voice_commands";
    const EVENT: fn(Change<Self>) -> Event = Event::VoiceCommand;
    type Row = VoiceCommand;
    type Deleted = VoiceCommandDeleted;

    fn validate(&self) -> Checked {
        check::name("phrase", &self.phrase, 256)?;
        check::one_of("action_type", &self.action_type, &ACTION_TYPES)?;
        check::json("action_payload", &self.action_payload, check::MAX_JSON)
    }
}

#[reducer]
pub fn add_voice_command(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    voice_command: NewVoiceCommand,
) -> Result<(), Refusal> {
    let command = Command::new("add_voice_command", command_id, issued_at);
    command.arg(&voice_command).run(ctx, |scope| decide::add::<VoiceCommandData>(scope, voice_command))
}

#[reducer]
pub fn update_voice_command(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    id: u64,
    changes: VoiceCommandChanges,
    expected_seq: Option<u64>,
) -> Result<(), Refusal> {
    let command = Command::new("update_voice_command", command_id, issued_at);
    let command = command.arg(&id).arg(&changes).arg(&expected_seq);
    command.run(ctx, |scope| decide::update::<VoiceCommandData>(scope, id, changes, expected_seq))
}

#[reducer]
pub fn set_voice_command_enabled(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    id: u64,
    enabled: bool,
    expected_seq: Option<u64>,
) -> Result<(), Refusal> {
    let command = Command::new("set_voice_command_enabled", command_id, issued_at);
    let command = command.arg(&id).arg(&enabled).arg(&expected_seq);
    let changes = VoiceCommandChanges { enabled: Some(enabled), ..VoiceCommandChanges::default() };
    command.run(ctx, |scope| decide::update::<VoiceCommandData>(scope, id, changes, expected_seq))
}

/// Also takes the command out of the window contexts that name it.
#[reducer]
pub fn delete_voice_command(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    id: u64,
    expected_seq: Option<u64>,
) -> Result<(), Refusal> {
    let command = Command::new("delete_voice_command", command_id, issued_at);
    command.arg(&id).arg(&expected_seq).run(ctx, |scope| {
        let mut decision = decide::delete::<VoiceCommandData>(scope, id, expected_seq)?;
        let contexts = window_contexts::without(scope, id, |context| &mut context.voice_command_ids)?;
        decision.events.extend(contexts);
        Ok(decision)
    })
}
