use super::{at, code, entry, recording, refusal, voice_command, window_context};
use crate::check;
use crate::dictionary::DictionaryEntryDeleted;
use crate::entity::Entity;
use crate::events::{Change, Event};
use crate::recordings::RecordingData;
use crate::settings::{require_distinct, SettingData, SettingValue};
use serde_json::json;

const INVALID: &str = "INVALID_ARGUMENT";
const TOO_LARGE: &str = "LIMIT_EXCEEDED";

/// What becomes of a valid entity after `change`.
fn after<T: Clone>(
    valid: T,
    change: impl FnOnce(&mut T),
    check: impl Fn(&T) -> check::Checked,
) -> Option<String> {
    assert_eq!(code(check(&valid)), None);
    let mut changed = valid.clone();
    change(&mut changed);
    code(check(&changed))
}

fn setting(key: &str, value: &str) -> SettingValue {
    SettingValue { key: key.into(), value: value.into() }
}

#[test]
fn mod18_a_recording_has_a_path_a_known_status_and_bounded_text() {
    let after = |change: &dyn Fn(&mut RecordingData)| after(recording(), change, Entity::validate);
    assert_eq!(after(&|r| r.file_path = String::new()).as_deref(), Some(INVALID));
    assert_eq!(after(&|r| r.file_path = "ü".repeat(2049)).as_deref(), Some(INVALID));
    assert_eq!(after(&|r| r.file_path = "x".repeat(4096)), None);
    assert_eq!(after(&|r| r.status = "eaten".into()).as_deref(), Some(INVALID));
    assert_eq!(after(&|r| r.duration_ms = 1 << 53).as_deref(), Some(INVALID));
    assert_eq!(after(&|r| r.transcription = Some("x".repeat(check::MIB))), None);
    assert_eq!(after(&|r| r.transcription = Some("x".repeat(check::MIB + 1))).as_deref(), Some(TOO_LARGE));
    assert_eq!(after(&|r| r.stop_reason = Some("x".repeat(257))).as_deref(), Some(INVALID));
}

#[test]
fn mod18_a_dictionary_entry_has_a_spoken_trigger_and_a_short_suffix() {
    let after = |change: &dyn Fn(&mut crate::dictionary::DictionaryEntryData)| {
        after(entry(), change, Entity::validate)
    };
    assert_eq!(after(&|e| e.trigger = " \t".into()).as_deref(), Some(INVALID));
    assert_eq!(after(&|e| e.trigger = "ü".repeat(256)), None);
    assert_eq!(after(&|e| e.trigger = "ü".repeat(257)).as_deref(), Some(INVALID));
    assert_eq!(after(&|e| e.suffix = Some("üüüüü".into())), None);
    assert_eq!(after(&|e| e.suffix = Some("123456".into())).as_deref(), Some(INVALID));
    assert_eq!(after(&|e| e.replacement = "x".repeat(64 * check::KIB + 1)).as_deref(), Some(TOO_LARGE));
}

#[test]
fn mod18_a_voice_command_has_a_phrase_a_known_action_and_a_bounded_payload() {
    let after = |change: &dyn Fn(&mut crate::voice_commands::VoiceCommandData)| {
        after(voice_command(), change, Entity::validate)
    };
    assert_eq!(after(&|c| c.phrase = String::new()).as_deref(), Some(INVALID));
    assert_eq!(after(&|c| c.action_type = "explode".into()).as_deref(), Some(INVALID));
    assert_eq!(after(&|c| c.action_payload = json!("x".repeat(64 * check::KIB))).as_deref(), Some(TOO_LARGE));
}

#[test]
fn mod18_a_window_context_has_names_known_modes_and_ids_that_differ() {
    let after = |change: &dyn Fn(&mut crate::window_contexts::WindowContextData)| {
        after(window_context(), change, Entity::validate)
    };
    assert_eq!(after(&|c| c.name = String::new()).as_deref(), Some(INVALID));
    assert_eq!(after(&|c| c.app_name = "x".repeat(257)).as_deref(), Some(INVALID));
    assert_eq!(after(&|c| c.title_pattern = Some("x".repeat(1025))).as_deref(), Some(INVALID));
    assert_eq!(after(&|c| c.dictionary_mode = "mix".into()).as_deref(), Some(INVALID));
    assert_eq!(after(&|c| c.command_mode = String::new()).as_deref(), Some(INVALID));
    assert_eq!(after(&|c| c.dictionary_entry_ids = vec![1, 2, 1]).as_deref(), Some(INVALID));
    assert_eq!(after(&|c| c.voice_command_ids = (1..=1001).collect()).as_deref(), Some(INVALID));
    assert_eq!(after(&|c| c.voice_command_ids = (1..=1000).collect()), None);
}

#[test]
fn mod18_a_setting_has_a_key_and_a_json_value() {
    let parse = |key: &str, value: &str| SettingData::parse(&setting(key, value));
    assert_eq!(parse("theme", " {\"b\": 1.0} ").map(|data| data.value.to_string()), Ok("{\"b\":1.0}".into()));
    assert_eq!(code(parse("", "1")).as_deref(), Some(INVALID));
    assert_eq!(code(parse(&"k".repeat(129), "1")).as_deref(), Some(INVALID));
    assert_eq!(code(parse("k", "{")).as_deref(), Some(INVALID));
    assert_eq!(code(parse("k", "NaN")).as_deref(), Some(INVALID));
    let quoted = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    assert_eq!(code(parse("k", &quoted(64 * check::KIB))), None);
    assert_eq!(code(parse("k", &quoted(64 * check::KIB + 1))).as_deref(), Some(TOO_LARGE));
    assert_eq!(code(parse("k", &format!("{}{}", "[".repeat(65), "]".repeat(65)))).as_deref(), Some(INVALID));
    assert_eq!(code(parse("k", &"[".repeat(10_000))).as_deref(), Some(INVALID));
}

#[test]
fn mod18_settings_saved_together_differ_in_their_keys() {
    assert_eq!(code(require_distinct(&[setting("a", "1"), setting("b", "1")])), None);
    assert_eq!(
        refusal(require_distinct(&[setting("a", "1"), setting("a", "2")])),
        "INVALID_ARGUMENT: values names a key twice"
    );
}

#[test]
fn mod18_a_command_has_a_short_id_and_a_time_that_iso_8601_can_write() {
    assert_eq!(code(check::command_id(&"x".repeat(64))), None);
    assert_eq!(code(check::command_id("")).as_deref(), Some(INVALID));
    assert_eq!(code(check::command_id(&"x".repeat(65))).as_deref(), Some(INVALID));
    assert_eq!(code(check::time("issued_at", at(0))), None);
    assert_eq!(code(check::time("issued_at", at(253_402_300_799_999_999))), None);
    assert_eq!(code(check::time("issued_at", at(-1))).as_deref(), Some(INVALID));
    assert_eq!(code(check::time("issued_at", at(253_402_300_800_000_000))).as_deref(), Some(INVALID));
}

#[test]
fn mod19_what_is_imported_is_checked_like_what_is_asked() {
    let mut bad = recording();
    bad.status = "eaten".into();
    assert_eq!(code(Event::Recording(Change::Added(bad)).validate()).as_deref(), Some(INVALID));
    for id in [0, 1 << 53, u64::MAX] {
        let deleted = DictionaryEntryDeleted { id, trigger: "t".into() };
        assert_eq!(
            code(Event::DictionaryEntry(Change::Deleted(deleted)).validate()).as_deref(),
            Some(INVALID)
        );
    }
}
