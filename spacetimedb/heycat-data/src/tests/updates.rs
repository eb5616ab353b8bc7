use super::{code, entry, recording, refusal, voice_command, window_context};
use crate::check;
use crate::decide::updated;
use crate::dictionary::DictionaryEntryChanges;
use crate::entity::Editable;
use crate::error::Refusal;
use crate::events::{Change, Event};
use crate::recordings::RecordingChanges;
use crate::voice_commands::VoiceCommandChanges;
use crate::window_contexts::{detached, WindowContextChanges};
use serde_json::json;

fn changed<T: Editable>(mut entity: T, changes: T::Changes) -> Result<T, Refusal> {
    entity.change(changes).map(|()| entity)
}

fn completed() -> RecordingChanges {
    RecordingChanges {
        status: Some("completed".into()),
        transcription: Some("hello".into()),
        ..RecordingChanges::default()
    }
}

#[test]
fn mod13_an_update_takes_over_what_it_names_and_keeps_the_rest() {
    let changes =
        RecordingChanges { duration_ms: Some(9), error: Some("e".into()), ..RecordingChanges::default() };
    let after = changed(recording(), changes).unwrap();
    let mut expected = recording();
    expected.duration_ms = 9;
    expected.error = Some("e".into());
    assert_eq!(after, expected);
}

#[test]
fn mod13_clear_empties_optional_fields_and_only_those() {
    let clear = |names: &[&str]| RecordingChanges {
        clear: names.iter().map(|n| n.to_string()).collect(),
        ..RecordingChanges::default()
    };
    let after = changed(recording(), clear(&["stop_reason", "active_window_app"])).unwrap();
    assert_eq!((after.stop_reason, after.active_window_app), (None, None));
    assert!(refusal(changed(recording(), clear(&["file_path"])))
        .starts_with("INVALID_ARGUMENT: clear may only name"));
    let both = RecordingChanges { error: Some("e".into()), ..clear(&["error"]) };
    assert_eq!(
        refusal(changed(recording(), both)),
        "INVALID_ARGUMENT: error is both given and named in clear"
    );
}

#[test]
fn mod13_every_field_of_the_other_areas_can_be_changed() {
    let changes = DictionaryEntryChanges {
        trigger: Some("t".into()),
        replacement: Some("r".into()),
        enabled: Some(false),
        suffix: None,
        disable_suffix: Some(true),
        auto_enter: Some(true),
        complete_match_only: Some(false),
        clear: vec!["suffix".into()],
    };
    let after = changed(entry(), changes).unwrap();
    assert_eq!(
        (after.trigger.as_str(), after.replacement.as_str(), after.suffix.is_none()),
        ("t", "r", true)
    );
    assert_eq!((after.enabled, after.disable_suffix), (false, true));
    assert_eq!((after.auto_enter, after.complete_match_only), (true, false));

    let changes = VoiceCommandChanges {
        phrase: Some("p".into()),
        action_type: Some("custom".into()),
        action_payload: Some("[1]".into()),
        enabled: Some(false),
    };
    let after = changed(voice_command(), changes).unwrap();
    assert_eq!((after.phrase.as_str(), after.action_type.as_str(), after.enabled), ("p", "custom", false));
    assert_eq!(after.action_payload, json!([1]));

    let changes = WindowContextChanges {
        name: Some("n".into()),
        app_name: Some("a".into()),
        title_pattern: Some("^x".into()),
        enabled: Some(false),
        priority: Some(i32::MIN),
        dictionary_mode: Some("replace".into()),
        command_mode: Some("merge".into()),
        dictionary_entry_ids: Some(vec![]),
        voice_command_ids: Some(vec![9]),
        clear: vec![],
    };
    let after = changed(window_context(), changes).unwrap();
    assert_eq!(
        (after.name.as_str(), after.app_name.as_str(), after.title_pattern.as_deref()),
        ("n", "a", Some("^x"))
    );
    assert_eq!((after.enabled, after.priority), (false, i32::MIN));
    assert_eq!((after.dictionary_mode.as_str(), after.command_mode.as_str()), ("replace", "merge"));
    assert_eq!((after.dictionary_entry_ids, after.voice_command_ids), (vec![], vec![9]));
}

#[test]
fn mod14_an_update_that_changes_nothing_is_no_event() {
    let same = RecordingChanges { status: Some("recorded".into()), ..RecordingChanges::default() };
    assert_eq!(updated(&recording(), changed(recording(), same).unwrap()), None);
}

#[test]
fn mod15_a_recording_is_completed_by_the_update_that_gives_it_its_text() {
    let after = changed(recording(), completed()).unwrap();
    assert_eq!(updated(&recording(), after.clone()), Some(Change::Completed(after.clone())));
    let corrected = RecordingChanges { transcription: Some("Hello".into()), ..RecordingChanges::default() };
    let corrected = changed(after.clone(), corrected);
    assert!(matches!(updated(&after, corrected.unwrap()), Some(Change::Updated(_))));
    let textless = RecordingChanges { status: Some("completed".into()), ..RecordingChanges::default() };
    let textless = changed(recording(), textless);
    assert!(matches!(updated(&recording(), textless.unwrap()), Some(Change::Updated(_))));
}

#[test]
fn mod16_a_deleted_entry_leaves_the_contexts_that_name_it() {
    let event = detached(window_context(), 2, |context| &mut context.dictionary_entry_ids);
    let Some(Event::WindowContext(Change::Updated(after))) = event else { panic!("no update") };
    assert_eq!((after.dictionary_entry_ids, after.voice_command_ids), (vec![5], vec![3]));
    assert_eq!(detached(window_context(), 3, |context| &mut context.dictionary_entry_ids), None);
    assert!(detached(window_context(), 3, |context| &mut context.voice_command_ids).is_some());
}

#[test]
fn mod17_an_expected_seq_that_is_not_the_row_s_is_a_conflict() {
    assert_eq!(code(check::expected_seq("Recording", 7, Some(7))), None);
    assert_eq!(code(check::expected_seq("Recording", 7, None)), None);
    let refused = refusal(check::expected_seq("Recording", 7, Some(5)));
    assert_eq!(refused, "CONFLICT: Recording has changed: expected_seq is 5, its seq is 7");
}
