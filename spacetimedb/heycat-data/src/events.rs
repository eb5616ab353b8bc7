//! What can happen, and how it stands in the log. Payloads are after-images without times and seq, which the
//! log's own columns hold.

use crate::check::Checked;
use crate::dictionary::DictionaryEntryData;
use crate::entity::{Entity, Id, IdOf, Identified};
use crate::error::Refusal;
use crate::recordings::RecordingData;
use crate::settings::SettingData;
use crate::voice_commands::VoiceCommandData;
use crate::window_contexts::WindowContextData;
use serde::de::DeserializeOwned;
use serde::Serialize;
use serde_json::Value;

/// Version of the payloads below; readers upcast older ones.
pub const SCHEMA_VERSION: u16 = 1;

#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Recording(Change<RecordingData>),
    Setting(Change<SettingData>),
    DictionaryEntry(Change<DictionaryEntryData>),
    VoiceCommand(Change<VoiceCommandData>),
    WindowContext(Change<WindowContextData>),
}

/// Does the same to what happened, whichever area it happened in.
macro_rules! in_its_area {
    ($event:expr, $change:ident => $do:expr) => {
        match $event {
            Event::Recording($change) => $do,
            Event::Setting($change) => $do,
            Event::DictionaryEntry($change) => $do,
            Event::VoiceCommand($change) => $do,
            Event::WindowContext($change) => $do,
        }
    };
}
pub(crate) use in_its_area;

/// What became of an entity.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Change<T: Entity> {
    Added(T),
    Updated(T),
    /// An update by which a take came to have its text.
    Completed(T),
    Deleted(T::Deleted),
}

impl<T: Entity> Change<T> {
    pub fn id(&self) -> &IdOf<T> {
        match self {
            Change::Added(entity) | Change::Updated(entity) | Change::Completed(entity) => entity.id(),
            Change::Deleted(deleted) => deleted.id(),
        }
    }

    fn area(&self) -> &'static str {
        T::AREA
    }

    fn validate(&self) -> Checked {
        self.id().validate()?;
        match self {
            Change::Added(entity) | Change::Updated(entity) | Change::Completed(entity) => entity.validate(),
            Change::Deleted(_) => Ok(()),
        }
    }

    /// For areas whose event types say what became of the entity.
    fn untagged(&self) -> String {
        match self {
            Change::Added(entity) | Change::Updated(entity) | Change::Completed(entity) => write(entity),
            Change::Deleted(deleted) => write(deleted),
        }
    }
}

impl Event {
    pub fn event_type(&self) -> &'static str {
        match self {
            Event::Recording(Change::Added(_)) => "recording_added",
            Event::Recording(Change::Updated(_)) => "recording_updated",
            Event::Recording(Change::Completed(_)) => "recording_completed",
            Event::Recording(Change::Deleted(_)) => "recording_deleted",
            Event::Setting(Change::Deleted(_)) => "setting_deleted",
            Event::Setting(_) => "setting_updated",
            Event::DictionaryEntry(_) => "dictionary_updated",
            Event::VoiceCommand(_) => "voice_commands_updated",
            Event::WindowContext(_) => "window_contexts_updated",
        }
    }

    pub fn area(&self) -> &'static str {
        in_its_area!(self, change => change.area())
    }

    /// The entity's id in decimal digits, or a setting's key.
    pub fn entity_id(&self) -> String {
        in_its_area!(self, change => change.id().to_string())
    }

    /// JSON.
    pub fn payload(&self) -> String {
        match self {
            Event::Recording(change) => change.untagged(),
            Event::Setting(change) => change.untagged(),
            Event::DictionaryEntry(change) => write(change),
            Event::VoiceCommand(change) => write(change),
            Event::WindowContext(change) => write(change),
        }
    }

    /// Reads what [`Event::event_type`] and [`Event::payload`] have written.
    pub fn parse(event_type: &str, schema_version: u16, payload: &str) -> Result<Self, Refusal> {
        if schema_version != SCHEMA_VERSION {
            return Err(Refusal::invalid(format!(
                "schema_version {schema_version} is unknown; this module reads {SCHEMA_VERSION}"
            )));
        }
        // By way of a Value: reading each type from one source keeps the module small.
        let payload = serde_json::from_str(payload).map_err(unreadable)?;
        Ok(match event_type {
            "recording_added" => Event::Recording(Change::Added(read(payload)?)),
            "recording_updated" => Event::Recording(Change::Updated(read(payload)?)),
            "recording_completed" => Event::Recording(Change::Completed(read(payload)?)),
            "recording_deleted" => Event::Recording(Change::Deleted(read(payload)?)),
            "setting_updated" => Event::Setting(Change::Updated(read(payload)?)),
            "setting_deleted" => Event::Setting(Change::Deleted(read(payload)?)),
            "dictionary_updated" => Event::DictionaryEntry(read_tagged(payload)?),
            "voice_commands_updated" => Event::VoiceCommand(read_tagged(payload)?),
            "window_contexts_updated" => Event::WindowContext(read_tagged(payload)?),
            _ => return Err(Refusal::invalid(format!("event_type {event_type} is unknown"))),
        })
    }

    /// Checks the shape of what the event says, alone and without looking at rows.
    pub fn validate(&self) -> Checked {
        in_its_area!(self, change => change.validate())
    }
}

fn write(payload: &impl Serialize) -> String {
    // Only maps with keys that are no text can fail, and no payload has one.
    serde_json::to_string(payload).unwrap_or_default()
}

fn read<T: DeserializeOwned>(payload: Value) -> Result<T, Refusal> {
    serde_json::from_value(payload).map_err(unreadable)
}

fn read_tagged<T: Entity>(payload: Value) -> Result<Change<T>, Refusal> {
    let action = payload.get("action").and_then(Value::as_str).unwrap_or_default().to_string();
    Ok(match action.as_str() {
        "added" => Change::Added(read(payload)?),
        "updated" => Change::Updated(read(payload)?),
        "deleted" => Change::Deleted(read(payload)?),
        _ => return Err(Refusal::invalid("payload's action must be one of added, updated, deleted")),
    })
}

/// Says where, but not what: the reader's own message may quote dictated text.
fn unreadable(error: serde_json::Error) -> Refusal {
    match error.is_data() {
        true => Refusal::invalid("payload does not have the fields of its event_type"),
        false => Refusal::invalid(format!("payload is not valid JSON: {error}")),
    }
}
