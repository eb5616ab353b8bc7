//! The pure parts, on the host: no database is needed. A test's name starts with the id of its rule in docs/SPEC.md.

mod events;
mod keys;
mod rows;
mod updates;
mod validation;

use crate::dictionary::DictionaryEntryData;
use crate::event_log::Stamp;
use crate::recordings::RecordingData;
use crate::voice_commands::VoiceCommandData;
use crate::window_contexts::WindowContextData;
use serde_json::json;
use spacetimedb::{Identity, Timestamp};

pub fn alice() -> Identity {
    Identity::from_hex("c200000000000000000000000000000000000000000000000123456789abcdef").unwrap()
}

pub fn bob() -> Identity {
    Identity::from_hex("c2000000000000000000000000000000000000000000000000000000000000b0").unwrap()
}

pub fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros_since_unix_epoch(micros)
}

/// The place of one of alice's events.
pub fn stamp(seq: u64, micros: i64) -> Stamp {
    Stamp { owner: alice(), seq, occurred_at: at(micros) }
}

/// The code of a refusal, or nothing when there was none.
pub fn code<T>(result: Result<T, crate::error::Refusal>) -> Option<String> {
    result.err().map(|refusal| refusal.to_string().split(':').next().unwrap().to_string())
}

/// The whole text of a refusal.
pub fn refusal<T>(result: Result<T, crate::error::Refusal>) -> String {
    result.err().map(|refusal| refusal.to_string()).unwrap_or_default()
}

pub fn recording() -> RecordingData {
    RecordingData {
        id: 1,
        file_path: "/takes/1.wav".into(),
        duration_ms: 1500,
        sample_rate: 16_000,
        transcription: None,
        transcription_model: None,
        status: "recorded".into(),
        error: None,
        stop_reason: Some("silence".into()),
        active_window_app: Some("Mail".into()),
        active_window_title: None,
        recovered: false,
    }
}

pub fn entry() -> DictionaryEntryData {
    DictionaryEntryData {
        id: 2,
        trigger: "brb".into(),
        replacement: "be right back".into(),
        enabled: true,
        suffix: Some("!".into()),
        disable_suffix: false,
        auto_enter: false,
        complete_match_only: true,
    }
}

pub fn voice_command() -> VoiceCommandData {
    VoiceCommandData {
        id: 3,
        phrase: "open {app}".into(),
        action_type: "open_app".into(),
        action_payload: json!({ "app": "{app}" }),
        enabled: true,
    }
}

pub fn window_context() -> WindowContextData {
    WindowContextData {
        id: 4,
        name: "Mail".into(),
        app_name: "Mail".into(),
        title_pattern: None,
        enabled: true,
        priority: -1,
        dictionary_mode: "merge".into(),
        command_mode: "replace".into(),
        dictionary_entry_ids: vec![2, 5],
        voice_command_ids: vec![3],
    }
}
