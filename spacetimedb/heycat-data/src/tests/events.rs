use super::{code, entry, recording, refusal, voice_command, window_context};
use crate::dictionary::DictionaryEntryDeleted;
use crate::events::{Change, Event, SCHEMA_VERSION};
use crate::recordings::RecordingDeleted;
use crate::settings::{SettingData, SettingDeleted};
use crate::voice_commands::VoiceCommandDeleted;
use crate::window_contexts::WindowContextDeleted;
use serde_json::{json, Value};

fn one_of_each() -> Vec<Event> {
    vec![
        Event::Recording(Change::Added(recording())),
        Event::Recording(Change::Updated(recording())),
        Event::Recording(Change::Completed(recording())),
        Event::Recording(Change::Deleted(RecordingDeleted { id: 1, file_path: "/takes/1.wav".into() })),
        Event::Setting(Change::Updated(SettingData {
            key: "theme".into(),
            value: json!([1, 0.1, null, { "a": "ü" }]),
        })),
        Event::Setting(Change::Deleted(SettingDeleted { key: "theme".into() })),
        Event::DictionaryEntry(Change::Added(entry())),
        Event::DictionaryEntry(Change::Updated(entry())),
        Event::DictionaryEntry(Change::Deleted(DictionaryEntryDeleted { id: 2, trigger: "brb".into() })),
        Event::VoiceCommand(Change::Added(voice_command())),
        Event::VoiceCommand(Change::Updated(voice_command())),
        Event::VoiceCommand(Change::Deleted(VoiceCommandDeleted { id: 3, phrase: "open {app}".into() })),
        Event::WindowContext(Change::Added(window_context())),
        Event::WindowContext(Change::Updated(window_context())),
        Event::WindowContext(Change::Deleted(WindowContextDeleted { id: 4, name: "Mail".into() })),
    ]
}

#[test]
fn mod10_every_event_reads_back_as_it_was_written() {
    for event in one_of_each() {
        assert_eq!(Event::parse(event.event_type(), SCHEMA_VERSION, &event.payload()), Ok(event.clone()));
    }
}

#[test]
fn mod10_an_event_names_its_area_and_entity() {
    let named = |event: &Event| (event.area(), event.entity_id());
    let all: Vec<_> = one_of_each().iter().map(named).collect();
    assert_eq!(all[0], ("recordings", "1".to_string()));
    assert_eq!(all[4], ("settings", "theme".to_string()));
    assert_eq!(all[8], ("dictionary", "2".to_string()));
    assert_eq!(all[11], ("voice_commands", "3".to_string()));
    assert_eq!(all[14], ("window_contexts", "4".to_string()));
}

#[test]
fn mod11_a_payload_is_the_whole_entity_with_null_for_what_is_absent() {
    let payload: Value =
        serde_json::from_str(&Event::Recording(Change::Added(recording())).payload()).unwrap();
    assert_eq!(
        payload,
        json!({
            "id": 1, "file_path": "/takes/1.wav", "duration_ms": 1500, "sample_rate": 16000, "transcription": null,
            "transcription_model": null, "status": "recorded", "error": null, "stop_reason": "silence",
            "active_window_app": "Mail", "active_window_title": null, "recovered": false,
        })
    );
}

#[test]
fn mod11_a_payload_of_an_area_event_says_what_became_of_the_entity() {
    let deleted = DictionaryEntryDeleted { id: 2, trigger: "brb".into() };
    let payload = Event::DictionaryEntry(Change::Deleted(deleted)).payload();
    assert_eq!(payload, r#"{"action":"deleted","id":2,"trigger":"brb"}"#);
    let payload = Event::VoiceCommand(Change::Added(voice_command())).payload();
    assert_eq!(
        payload,
        r#"{"action":"added","id":3,"phrase":"open {app}","action_type":"open_app","action_payload":{"app":"{app}"},"enabled":true}"#
    );
}

#[test]
fn mod10_an_unknown_type_version_or_action_is_refused() {
    assert_eq!(code(Event::parse("recording_eaten", 1, "{}")), Some("INVALID_ARGUMENT".into()));
    assert_eq!(code(Event::parse("setting_deleted", 2, r#"{"key":"a"}"#)), Some("INVALID_ARGUMENT".into()));
    let eaten = r#"{"action":"eaten","id":1,"trigger":"a"}"#;
    assert_eq!(code(Event::parse("dictionary_updated", 1, eaten)), Some("INVALID_ARGUMENT".into()));
}

#[test]
fn mod10_a_payload_that_cannot_be_read_is_refused_without_being_quoted() {
    let payload = r#"{"id":"my secret","file_path":"x"}"#;
    let refused = refusal(Event::parse("recording_deleted", 1, payload));
    assert_eq!(refused, "INVALID_ARGUMENT: payload does not have the fields of its event_type");
    let refused = refusal(Event::parse("setting_updated", 1, r#"{"key":"my secret"#));
    assert!(
        refused.starts_with("INVALID_ARGUMENT: payload is not valid JSON") && !refused.contains("secret")
    );
}

#[test]
fn mod12_numbers_read_back_as_they_were_written() {
    for number in [0.1, 1.0, 1e300, 5e-324, 123_456_789.123_456_79, 2.225_073_858_507_201_4e-308] {
        let event = Event::Setting(Change::Updated(SettingData { key: "n".into(), value: json!(number) }));
        let read = Event::parse("setting_updated", 1, &event.payload()).unwrap();
        assert_eq!(read.payload(), event.payload());
        assert_eq!(read, event);
    }
}

#[test]
fn mod12_the_deepest_value_that_may_be_saved_can_be_read_back() {
    let value: Value = serde_json::from_str(&format!("{}{}", "[".repeat(64), "]".repeat(64))).unwrap();
    let event = Event::Setting(Change::Updated(SettingData { key: "deep".into(), value }));
    assert_eq!(code(event.validate()), None);
    assert_eq!(Event::parse("setting_updated", 1, &event.payload()), Ok(event));
}
