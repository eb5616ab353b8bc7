use super::{alice, at, entry, recording, stamp, voice_command, window_context};
use crate::dictionary::DictionaryEntry;
use crate::entity::Row;
use crate::event_log::Stamp;
use crate::events::{Change, Event};
use crate::keys::row_key;
use crate::recordings::Recording;
use crate::settings::{Setting, SettingData};
use crate::voice_commands::VoiceCommand;
use crate::window_contexts::WindowContext;
use serde_json::json;

#[test]
fn mod20_a_row_keeps_when_it_was_made_and_takes_time_and_seq_of_its_last_event() {
    let before = DictionaryEntry::evolve(None, entry(), &stamp(3, 1000));
    assert_eq!((before.created_at, before.updated_at, before.seq), (at(1000), at(1000), 3));
    let after = DictionaryEntry::evolve(Some(&before), entry(), &stamp(8, 2000));
    assert_eq!((after.created_at, after.updated_at, after.seq), (at(1000), at(2000), 8));
    assert_eq!((after.row_key, after.owner_identity), (row_key(alice(), 2), alice()));
}

#[test]
fn mod20_every_area_s_row_holds_what_its_event_says() {
    let row = Recording::evolve(None, recording(), &stamp(5, 1000));
    assert_eq!((row.id, row.seq, row.created_at), (1, 5, at(1000)));
    assert_eq!((row.file_path.as_str(), row.stop_reason.as_deref()), ("/takes/1.wav", Some("silence")));

    let data = SettingData { key: "theme".into(), value: json!({ "b": 1, "a": 0.1 }) };
    let row = Setting::evolve(None, data, &stamp(5, 1000));
    assert_eq!((row.key.as_str(), row.value.as_str()), ("theme", r#"{"a":0.1,"b":1}"#));
    assert_eq!((row.row_key.as_str(), row.seq, row.updated_at), ("0123456789abcdef/theme", 5, at(1000)));

    let row = VoiceCommand::evolve(None, voice_command(), &stamp(5, 1000));
    assert_eq!(
        (row.phrase_key.as_str(), row.action_payload.as_str()),
        ("0123456789abcdef/open {app}", r#"{"app":"{app}"}"#)
    );

    let row = WindowContext::evolve(None, window_context(), &stamp(5, 1000));
    assert_eq!((row.id, row.priority, row.dictionary_entry_ids), (4, -1, vec![2, 5]));
}

#[test]
fn mod21_folding_the_log_as_it_was_written_gives_the_same_row() {
    let mut completed = recording();
    completed.status = "completed".into();
    completed.transcription = Some("naïve «text»\n\u{1f408}".into());
    let history = [
        (stamp(1, 1000), Event::Recording(Change::Added(recording()))),
        (stamp(2, 2000), Event::Recording(Change::Completed(completed))),
    ];
    let direct = fold(history.iter().map(|(stamp, event)| (*stamp, event.clone())));
    let read_back = fold(
        history
            .iter()
            .map(|(stamp, event)| (*stamp, Event::parse(event.event_type(), 1, &event.payload()).unwrap())),
    );
    assert_eq!(direct.transcription, read_back.transcription);
    assert_eq!((direct.created_at, direct.seq, direct.status), (at(1000), 2, read_back.status));
}

fn fold(events: impl Iterator<Item = (Stamp, Event)>) -> Recording {
    let fold = |before: Option<Recording>, (stamp, event)| match event {
        Event::Recording(Change::Added(data) | Change::Completed(data)) => {
            Some(Recording::evolve(before.as_ref(), data, &stamp))
        }
        _ => before,
    };
    events.fold(None, fold).unwrap()
}
