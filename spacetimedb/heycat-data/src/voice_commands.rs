use crate::changes::set;
use crate::check::{self, Checked, KIB};
use crate::command::{Command, Decision, Scope};
use crate::error::Refusal;
use crate::event_log::StoredEvent;
use crate::events::{Change, Entity, Event, HasId};
use crate::keys::{row_key, spoken_key};
use crate::window_contexts::{self, WindowContextData};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spacetimedb::{
    client_visibility_filter, reducer, table, Filter, Identity, ReducerContext, SpacetimeType, Timestamp,
};

const ACTION_TYPES: [&str; 4] = ["open_app", "type_text", "system_control", "custom"];
const MAX_PAYLOAD: usize = 64 * KIB;

#[client_visibility_filter]
const OWN_VOICE_COMMANDS: Filter = Filter::Sql("SELECT * FROM voice_commands WHERE owner_identity = :sender");

/// What is done when a phrase is spoken.
#[table(name = voice_commands, public)]
pub struct VoiceCommand {
    #[primary_key]
    pub row_key: u128,
    #[index(btree)]
    pub owner_identity: Identity,
    /// Makes a phrase unique for its owner, whatever its spelling.
    #[unique]
    pub phrase_key: String,
    pub id: u64,
    /// May hold `{name}` parameters.
    pub phrase: String,
    pub action_type: String,
    /// JSON; its shape depends on action_type.
    pub action_payload: String,
    pub enabled: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Seq of the event that last changed the row.
    pub seq: u64,
}

/// A voice command in an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VoiceCommandData {
    pub id: u64,
    pub phrase: String,
    pub action_type: String,
    pub action_payload: Value,
    pub enabled: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VoiceCommandDeleted {
    pub id: u64,
    pub phrase: String,
}

#[derive(SpacetimeType)]
pub struct NewVoiceCommand {
    pub phrase: String,
    pub action_type: String,
    /// JSON.
    pub action_payload: String,
    pub enabled: bool,
}

#[derive(SpacetimeType)]
pub struct VoiceCommandChanges {
    pub phrase: Option<String>,
    pub action_type: Option<String>,
    /// JSON.
    pub action_payload: Option<String>,
    pub enabled: Option<bool>,
}

impl HasId for VoiceCommandDeleted {
    fn id(&self) -> u64 {
        self.id
    }
}

impl Entity for VoiceCommandData {
    type Deleted = VoiceCommandDeleted;

    fn id(&self) -> u64 {
        self.id
    }

    fn validate(&self) -> Checked {
        check::name("phrase", &self.phrase, 256)?;
        check::one_of("action_type", &self.action_type, &ACTION_TYPES)?;
        check::json("action_payload", &self.action_payload, MAX_PAYLOAD)
    }
}

impl VoiceCommandData {
    fn new(id: u64, new: NewVoiceCommand) -> Result<Self, Refusal> {
        Ok(VoiceCommandData {
            id,
            phrase: new.phrase,
            action_type: new.action_type,
            action_payload: check::parse_json("action_payload", &new.action_payload, MAX_PAYLOAD)?,
            enabled: new.enabled,
        })
    }

    pub fn changed(mut self, changes: VoiceCommandChanges) -> Result<Self, Refusal> {
        set(&mut self.phrase, changes.phrase);
        set(&mut self.action_type, changes.action_type);
        if let Some(payload) = changes.action_payload {
            self.action_payload = check::parse_json("action_payload", &payload, MAX_PAYLOAD)?;
        }
        set(&mut self.enabled, changes.enabled);
        Ok(self)
    }
}

impl VoiceCommand {
    fn data(&self) -> Result<VoiceCommandData, Refusal> {
        Ok(VoiceCommandData {
            id: self.id,
            phrase: self.phrase.clone(),
            action_type: self.action_type.clone(),
            action_payload: serde_json::from_str(&self.action_payload)
                .map_err(|_| Refusal::internal(format!("Voice command {} holds no JSON", self.id)))?,
            enabled: self.enabled,
        })
    }

    /// The row after an event.
    pub fn evolve(before: Option<&VoiceCommand>, data: &VoiceCommandData, stored: &StoredEvent) -> Self {
        let data = data.clone();
        VoiceCommand {
            row_key: row_key(stored.owner, data.id),
            owner_identity: stored.owner,
            phrase_key: spoken_key(stored.owner, &data.phrase),
            id: data.id,
            phrase: data.phrase,
            action_type: data.action_type,
            action_payload: data.action_payload.to_string(),
            enabled: data.enabled,
            created_at: before.map_or(stored.occurred_at, |row| row.created_at),
            updated_at: stored.occurred_at,
            seq: stored.seq,
        }
    }
}

/// Refuses a phrase that another voice command of the owner has.
pub fn require_unique(ctx: &ReducerContext, owner: Identity, data: &VoiceCommandData) -> Checked {
    let holder = ctx.db.voice_commands().phrase_key().find(spoken_key(owner, &data.phrase));
    match holder {
        Some(row) if row.row_key != row_key(owner, data.id) => {
            Err(Refusal::duplicate("A voice command with this phrase already exists"))
        }
        _ => Ok(()),
    }
}

/// Refuses an id that names no voice command of the sender.
pub fn require_existing(scope: &Scope, id: u64) -> Checked {
    let row = scope.ctx.db.voice_commands().row_key().find(row_key(scope.owner, id));
    let row = row.ok_or_else(|| Refusal::not_found(format!("Voice command {id}")))?;
    check::owner(row.owner_identity, scope.owner, "use this voice command")
}

fn find(scope: &Scope, id: u64, action: &str) -> Result<VoiceCommand, Refusal> {
    let row = scope.ctx.db.voice_commands().row_key().find(row_key(scope.owner, id));
    let row = row.ok_or_else(|| Refusal::not_found("Voice command"))?;
    check::owner(row.owner_identity, scope.owner, action)?;
    Ok(row)
}

fn update(
    scope: &Scope,
    id: u64,
    changes: VoiceCommandChanges,
    expected_seq: Option<u64>,
) -> Result<Decision, Refusal> {
    let row = find(scope, id, "update this voice command")?;
    check::expected_seq("Voice command", row.seq, expected_seq)?;
    let before = row.data()?;
    let after = before.clone().changed(changes)?;
    after.validate()?;
    let event = (after != before).then_some(Event::VoiceCommandsUpdated(Change::Updated(after)));
    Decision::about(id, event.into_iter().collect())
}

#[reducer]
pub fn add_voice_command(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    voice_command: NewVoiceCommand,
) -> Result<(), Refusal> {
    Command::new("add_voice_command", command_id, issued_at).arg(&voice_command).run(ctx, |scope| {
        let data = VoiceCommandData::new(scope.head.next_voice_command_id, voice_command)?;
        data.validate()?;
        Decision::about(data.id, vec![Event::VoiceCommandsUpdated(Change::Added(data))])
    })
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
    command.run(ctx, |scope| update(scope, id, changes, expected_seq))
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
    let changes =
        VoiceCommandChanges { phrase: None, action_type: None, action_payload: None, enabled: Some(enabled) };
    command.run(ctx, |scope| update(scope, id, changes, expected_seq))
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
        let row = find(scope, id, "delete this voice command")?;
        check::expected_seq("Voice command", row.seq, expected_seq)?;
        let deleted = VoiceCommandDeleted { id, phrase: row.phrase };
        let mut events = vec![Event::VoiceCommandsUpdated(Change::Deleted(deleted))];
        events.extend(window_contexts::without(scope, id, WindowContextData::voice_command_ids_mut));
        Decision::about(id, events)
    })
}
