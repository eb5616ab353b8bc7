use crate::changes::{set, Clear};
use crate::check::{self, Checked, KIB, MIB};
use crate::command::{Command, Decision, Scope};
use crate::error::Refusal;
use crate::event_log::StoredEvent;
use crate::events::Event;
use crate::keys::row_key;
use serde::{Deserialize, Serialize};
use spacetimedb::{
    client_visibility_filter, reducer, table, Filter, Identity, ReducerContext, SpacetimeType, Timestamp,
};

const STATUSES: [&str; 5] = ["recording", "recorded", "transcribing", "completed", "failed"];
const CLEARABLE: [&str; 6] = [
    "transcription",
    "transcription_model",
    "error",
    "stop_reason",
    "active_window_app",
    "active_window_title",
];

#[client_visibility_filter]
const OWN_RECORDINGS: Filter = Filter::Sql("SELECT * FROM recordings WHERE owner_identity = :sender");

/// A take: the sound is a file on disk, this is what is known about it.
#[table(name = recordings, public)]
pub struct Recording {
    #[primary_key]
    pub row_key: u128,
    #[index(btree)]
    pub owner_identity: Identity,
    pub id: u64,
    pub file_path: String,
    pub duration_ms: u64,
    pub sample_rate: u32,
    pub created_at: Timestamp,
    pub transcription: Option<String>,
    pub transcription_model: Option<String>,
    pub status: String,
    pub error: Option<String>,
    pub stop_reason: Option<String>,
    pub active_window_app: Option<String>,
    pub active_window_title: Option<String>,
    /// The take was repaired after a crash.
    pub recovered: bool,
    /// Seq of the event that last changed the row.
    pub seq: u64,
}

/// A recording in an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordingData {
    pub id: u64,
    pub file_path: String,
    pub duration_ms: u64,
    pub sample_rate: u32,
    pub transcription: Option<String>,
    pub transcription_model: Option<String>,
    pub status: String,
    pub error: Option<String>,
    pub stop_reason: Option<String>,
    pub active_window_app: Option<String>,
    pub active_window_title: Option<String>,
    pub recovered: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordingDeleted {
    pub id: u64,
    pub file_path: String,
}

#[derive(SpacetimeType)]
pub struct NewRecording {
    pub file_path: String,
    pub duration_ms: u64,
    pub sample_rate: u32,
    pub transcription: Option<String>,
    pub transcription_model: Option<String>,
    pub status: String,
    pub error: Option<String>,
    pub stop_reason: Option<String>,
    pub active_window_app: Option<String>,
    pub active_window_title: Option<String>,
    pub recovered: bool,
}

#[derive(SpacetimeType)]
pub struct RecordingChanges {
    pub file_path: Option<String>,
    pub duration_ms: Option<u64>,
    pub sample_rate: Option<u32>,
    pub transcription: Option<String>,
    pub transcription_model: Option<String>,
    pub status: Option<String>,
    pub error: Option<String>,
    pub stop_reason: Option<String>,
    pub active_window_app: Option<String>,
    pub active_window_title: Option<String>,
    pub recovered: Option<bool>,
    /// Names of optional columns to empty.
    pub clear: Vec<String>,
}

impl RecordingData {
    fn new(id: u64, new: NewRecording) -> Self {
        RecordingData {
            id,
            file_path: new.file_path,
            duration_ms: new.duration_ms,
            sample_rate: new.sample_rate,
            transcription: new.transcription,
            transcription_model: new.transcription_model,
            status: new.status,
            error: new.error,
            stop_reason: new.stop_reason,
            active_window_app: new.active_window_app,
            active_window_title: new.active_window_title,
            recovered: new.recovered,
        }
    }

    pub fn changed(mut self, changes: RecordingChanges) -> Result<Self, Refusal> {
        let clear = Clear::new(&changes.clear, &CLEARABLE)?;
        set(&mut self.file_path, changes.file_path);
        set(&mut self.duration_ms, changes.duration_ms);
        set(&mut self.sample_rate, changes.sample_rate);
        clear.set("transcription", &mut self.transcription, changes.transcription)?;
        clear.set("transcription_model", &mut self.transcription_model, changes.transcription_model)?;
        set(&mut self.status, changes.status);
        clear.set("error", &mut self.error, changes.error)?;
        clear.set("stop_reason", &mut self.stop_reason, changes.stop_reason)?;
        clear.set("active_window_app", &mut self.active_window_app, changes.active_window_app)?;
        clear.set("active_window_title", &mut self.active_window_title, changes.active_window_title)?;
        set(&mut self.recovered, changes.recovered);
        Ok(self)
    }

    pub fn validate(&self) -> Checked {
        match self.file_path.len() {
            1..=4096 => {}
            bytes => {
                return Err(Refusal::invalid(format!("file_path has {bytes} bytes; 1 to 4096 are allowed")));
            }
        }
        check::number("duration_ms", self.duration_ms)?;
        if let Some(transcription) = &self.transcription {
            check::size("transcription", transcription, MIB)?;
        }
        check::optional_length("transcription_model", &self.transcription_model, 256)?;
        check::one_of("status", &self.status, &STATUSES)?;
        check::optional_length("error", &self.error, 4 * KIB)?;
        check::optional_length("stop_reason", &self.stop_reason, 256)?;
        check::optional_length("active_window_app", &self.active_window_app, KIB)?;
        check::optional_length("active_window_title", &self.active_window_title, 4 * KIB)
    }
}

impl Recording {
    fn data(&self) -> RecordingData {
        RecordingData {
            id: self.id,
            file_path: self.file_path.clone(),
            duration_ms: self.duration_ms,
            sample_rate: self.sample_rate,
            transcription: self.transcription.clone(),
            transcription_model: self.transcription_model.clone(),
            status: self.status.clone(),
            error: self.error.clone(),
            stop_reason: self.stop_reason.clone(),
            active_window_app: self.active_window_app.clone(),
            active_window_title: self.active_window_title.clone(),
            recovered: self.recovered,
        }
    }

    /// The row after an event.
    pub fn evolve(before: Option<&Recording>, data: &RecordingData, stored: &StoredEvent) -> Self {
        let data = data.clone();
        Recording {
            row_key: row_key(stored.owner, data.id),
            owner_identity: stored.owner,
            id: data.id,
            file_path: data.file_path,
            duration_ms: data.duration_ms,
            sample_rate: data.sample_rate,
            created_at: before.map_or(stored.occurred_at, |row| row.created_at),
            transcription: data.transcription,
            transcription_model: data.transcription_model,
            status: data.status,
            error: data.error,
            stop_reason: data.stop_reason,
            active_window_app: data.active_window_app,
            active_window_title: data.active_window_title,
            recovered: data.recovered,
            seq: stored.seq,
        }
    }
}

/// The event of an update, or none where nothing changes.
pub fn updated(before: &RecordingData, after: RecordingData) -> Option<Event> {
    if after == *before {
        return None;
    }
    let completed =
        before.status != "completed" && after.status == "completed" && after.transcription.is_some();
    Some(if completed { Event::RecordingCompleted(after) } else { Event::RecordingUpdated(after) })
}

fn find(scope: &Scope, id: u64, action: &str) -> Result<Recording, Refusal> {
    let row = scope.ctx.db.recordings().row_key().find(row_key(scope.owner, id));
    let row = row.ok_or_else(|| Refusal::not_found("Recording"))?;
    check::owner(row.owner_identity, scope.owner, action)?;
    Ok(row)
}

#[reducer]
pub fn add_recording(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    recording: NewRecording,
) -> Result<(), Refusal> {
    Command::new("add_recording", command_id, issued_at).arg(&recording).run(ctx, |scope| {
        let data = RecordingData::new(scope.head.next_recording_id, recording);
        data.validate()?;
        Decision::about(data.id, vec![Event::RecordingAdded(data)])
    })
}

#[reducer]
pub fn update_recording(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    id: u64,
    changes: RecordingChanges,
    expected_seq: Option<u64>,
) -> Result<(), Refusal> {
    let command = Command::new("update_recording", command_id, issued_at);
    command.arg(&id).arg(&changes).arg(&expected_seq).run(ctx, |scope| {
        let row = find(scope, id, "update this recording")?;
        check::expected_seq("Recording", row.seq, expected_seq)?;
        let before = row.data();
        let after = before.clone().changed(changes)?;
        after.validate()?;
        Decision::about(id, updated(&before, after).into_iter().collect())
    })
}

#[reducer]
pub fn delete_recording(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    id: u64,
    expected_seq: Option<u64>,
) -> Result<(), Refusal> {
    let command = Command::new("delete_recording", command_id, issued_at);
    command.arg(&id).arg(&expected_seq).run(ctx, |scope| {
        let row = find(scope, id, "delete this recording")?;
        check::expected_seq("Recording", row.seq, expected_seq)?;
        let deleted = RecordingDeleted { id, file_path: row.file_path };
        Decision::about(id, vec![Event::RecordingDeleted(deleted)])
    })
}
