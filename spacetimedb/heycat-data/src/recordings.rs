use crate::area::area;
use crate::check::{self, Checked, KIB, MIB};
use crate::command::Command;
use crate::decide;
use crate::entity::Entity;
use crate::error::Refusal;
use crate::events::{Change, Event};
use spacetimedb::{client_visibility_filter, reducer, Filter, Identity, ReducerContext, Timestamp};

const STATUSES: [&str; 5] = ["recording", "recorded", "transcribing", "completed", "failed"];

#[client_visibility_filter]
const OWN_RECORDINGS: Filter = Filter::Sql("SELECT * FROM recordings WHERE owner_identity = :sender");

area! {
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
        #[stamped]
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
        #[stamped]
        /// Seq of the event that last changed the row.
        pub seq: u64,
    }

    type Entity = RecordingData;
    type Deleted = RecordingDeleted { id, file_path };
    type New = NewRecording;
    type Changes = RecordingChanges { clear };
    ids from next_recording_id;
}

impl Entity for RecordingData {
    const NAME: &'static str = "recording";
    const AREA: &'static str = "recordings";
    const EVENT: fn(Change<Self>) -> Event = Event::Recording;
    type Row = Recording;
    type Deleted = RecordingDeleted;

    fn validate(&self) -> Checked {
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

    fn updated(self, before: &Self) -> Change<Self> {
        let completed =
            before.status != "completed" && self.status == "completed" && self.transcription.is_some();
        match completed {
            true => Change::Completed(self),
            false => Change::Updated(self),
        }
    }
}

#[reducer]
pub fn add_recording(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    recording: NewRecording,
) -> Result<(), Refusal> {
    let command = Command::new("add_recording", command_id, issued_at);
    command.arg(&recording).run(ctx, |scope| decide::add::<RecordingData>(scope, recording))
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
    let command = command.arg(&id).arg(&changes).arg(&expected_seq);
    command.run(ctx, |scope| decide::update::<RecordingData>(scope, id, changes, expected_seq))
}

#[reducer]
pub fn delete_recording(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    id: u64,
    expected_seq: Option<u64>,
) -> Result<(), Refusal> {
    let command = Command::new("delete_recording", command_id, issued_at).arg(&id).arg(&expected_seq);
    command.run(ctx, |scope| decide::delete::<RecordingData>(scope, id, expected_seq))
}
