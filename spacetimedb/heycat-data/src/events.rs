//! What can happen, and how it stands in the log. Payloads are after-images without times and seq, which the
//! log's own columns hold.

use crate::check::{self, Checked};
use crate::dictionary::DictionaryEntryData;
use crate::error::Refusal;
use crate::recordings::{RecordingData, RecordingDeleted};
use crate::settings::{self, SettingData, SettingDeleted};
use crate::voice_commands::VoiceCommandData;
use crate::window_contexts::WindowContextData;
use serde::de::DeserializeOwned;
use serde::Serialize;
use serde_json::Value;

/// Version of the payloads below; readers upcast older ones.
pub const SCHEMA_VERSION: u16 = 1;

#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    RecordingAdded(RecordingData),
    RecordingUpdated(RecordingData),
    /// An update by which the take came to have its text.
    RecordingCompleted(RecordingData),
    RecordingDeleted(RecordingDeleted),
    SettingUpdated(SettingData),
    SettingDeleted(SettingDeleted),
    DictionaryUpdated(Change<DictionaryEntryData>),
    VoiceCommandsUpdated(Change<VoiceCommandData>),
    WindowContextsUpdated(Change<WindowContextData>),
}

/// An entity as the log names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    Recording(u64),
    Setting(&'a str),
    DictionaryEntry(u64),
    VoiceCommand(u64),
    WindowContext(u64),
}

impl Subject<'_> {
    pub fn area(self) -> &'static str {
        match self {
            Subject::Recording(_) => "recordings",
            Subject::Setting(_) => "settings",
            Subject::DictionaryEntry(_) => "dictionary",
            Subject::VoiceCommand(_) => "voice_commands",
            Subject::WindowContext(_) => "window_contexts",
        }
    }

    /// The entity's id in decimal digits, or a setting's key.
    pub fn entity_id(self) -> String {
        match self {
            Subject::Recording(id)
            | Subject::DictionaryEntry(id)
            | Subject::VoiceCommand(id)
            | Subject::WindowContext(id) => id.to_string(),
            Subject::Setting(key) => key.to_string(),
        }
    }

    fn validate(self) -> Checked {
        match self {
            Subject::Recording(id)
            | Subject::DictionaryEntry(id)
            | Subject::VoiceCommand(id)
            | Subject::WindowContext(id) => check::id("id", id),
            Subject::Setting(key) => check::name("key", key, settings::MAX_KEY),
        }
    }
}

/// What became of an entity in an area that has one event type for everything.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Change<T: Entity> {
    Added(T),
    Updated(T),
    Deleted(T::Deleted),
}

/// An entity's after-image.
pub trait Entity {
    /// What is left to say after a deletion.
    type Deleted: HasId;

    fn id(&self) -> u64;

    /// Checks the shape, alone and without looking at other rows.
    fn validate(&self) -> Checked;
}

pub trait HasId {
    fn id(&self) -> u64;
}

impl<T: Entity> Change<T> {
    pub fn id(&self) -> u64 {
        match self {
            Change::Added(data) | Change::Updated(data) => data.id(),
            Change::Deleted(deleted) => deleted.id(),
        }
    }

    fn validate(&self) -> Checked {
        match self {
            Change::Added(data) | Change::Updated(data) => data.validate(),
            Change::Deleted(_) => Ok(()),
        }
    }
}

impl Event {
    pub fn event_type(&self) -> &'static str {
        match self {
            Event::RecordingAdded(_) => "recording_added",
            Event::RecordingUpdated(_) => "recording_updated",
            Event::RecordingCompleted(_) => "recording_completed",
            Event::RecordingDeleted(_) => "recording_deleted",
            Event::SettingUpdated(_) => "setting_updated",
            Event::SettingDeleted(_) => "setting_deleted",
            Event::DictionaryUpdated(_) => "dictionary_updated",
            Event::VoiceCommandsUpdated(_) => "voice_commands_updated",
            Event::WindowContextsUpdated(_) => "window_contexts_updated",
        }
    }

    /// Which entity it is about.
    pub fn subject(&self) -> Subject<'_> {
        match self {
            Event::RecordingAdded(data) | Event::RecordingUpdated(data) | Event::RecordingCompleted(data) => {
                Subject::Recording(data.id)
            }
            Event::RecordingDeleted(deleted) => Subject::Recording(deleted.id),
            Event::SettingUpdated(data) => Subject::Setting(&data.key),
            Event::SettingDeleted(deleted) => Subject::Setting(&deleted.key),
            Event::DictionaryUpdated(change) => Subject::DictionaryEntry(change.id()),
            Event::VoiceCommandsUpdated(change) => Subject::VoiceCommand(change.id()),
            Event::WindowContextsUpdated(change) => Subject::WindowContext(change.id()),
        }
    }

    /// JSON.
    pub fn payload(&self) -> String {
        match self {
            Event::RecordingAdded(data) | Event::RecordingUpdated(data) | Event::RecordingCompleted(data) => {
                write(data)
            }
            Event::RecordingDeleted(deleted) => write(deleted),
            Event::SettingUpdated(data) => write(data),
            Event::SettingDeleted(deleted) => write(deleted),
            Event::DictionaryUpdated(change) => write(change),
            Event::VoiceCommandsUpdated(change) => write(change),
            Event::WindowContextsUpdated(change) => write(change),
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
            "recording_added" => Event::RecordingAdded(read(payload)?),
            "recording_updated" => Event::RecordingUpdated(read(payload)?),
            "recording_completed" => Event::RecordingCompleted(read(payload)?),
            "recording_deleted" => Event::RecordingDeleted(read(payload)?),
            "setting_updated" => Event::SettingUpdated(read(payload)?),
            "setting_deleted" => Event::SettingDeleted(read(payload)?),
            "dictionary_updated" => Event::DictionaryUpdated(read_change(payload)?),
            "voice_commands_updated" => Event::VoiceCommandsUpdated(read_change(payload)?),
            "window_contexts_updated" => Event::WindowContextsUpdated(read_change(payload)?),
            _ => return Err(Refusal::invalid(format!("event_type {event_type} is unknown"))),
        })
    }

    /// Checks the shape of what the event says, alone and without looking at rows.
    pub fn validate(&self) -> Checked {
        self.subject().validate()?;
        match self {
            Event::RecordingAdded(data) | Event::RecordingUpdated(data) | Event::RecordingCompleted(data) => {
                data.validate()
            }
            Event::SettingUpdated(data) => data.validate(),
            Event::DictionaryUpdated(change) => change.validate(),
            Event::VoiceCommandsUpdated(change) => change.validate(),
            Event::WindowContextsUpdated(change) => change.validate(),
            Event::RecordingDeleted(_) | Event::SettingDeleted(_) => Ok(()),
        }
    }
}

fn write(payload: &impl Serialize) -> String {
    // Only maps with keys that are no text can fail, and no payload has one.
    serde_json::to_string(payload).unwrap_or_default()
}

fn read<T: DeserializeOwned>(payload: Value) -> Result<T, Refusal> {
    serde_json::from_value(payload).map_err(unreadable)
}

fn read_change<T>(payload: Value) -> Result<Change<T>, Refusal>
where
    T: Entity + DeserializeOwned,
    T::Deleted: DeserializeOwned,
{
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
