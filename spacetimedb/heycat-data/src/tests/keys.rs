use super::{alice, bob, code, refusal};
use crate::check;
use crate::dictionary::DictionaryEntry;
use crate::entity::Row;
use crate::keys::{row_key, spoken_key, text_key};
use crate::receipts::Fingerprint;
use crate::recordings::Recording;
use crate::settings::Setting;
use crate::stream_heads::StreamHead;

#[test]
fn mod5_a_row_key_is_half_the_owner_and_half_the_id() {
    assert_eq!(row_key(alice(), 7), 0x0123_4567_89ab_cdef_0000_0000_0000_0007);
    assert_ne!(row_key(alice(), 7), row_key(bob(), 7));
    assert_eq!(row_key(bob(), u64::MAX), 0x0000_0000_0000_00b0_ffff_ffff_ffff_ffff);
}

#[test]
fn mod5_a_text_key_is_the_owner_in_hex_and_the_name() {
    assert_eq!(text_key(alice(), "theme"), "0123456789abcdef/theme");
    assert_eq!(text_key(bob(), "a/b"), "00000000000000b0/a/b");
}

#[test]
fn mod6_a_row_of_another_owner_is_refused_even_when_the_keys_are_equal() {
    let refused = check::owner(bob(), alice(), "delete this recording");
    assert_eq!(refusal(refused), "NOT_AUTHORIZED: Not authorized to delete this recording");
    assert_eq!(code(check::owner(alice(), alice(), "delete this recording")), None);
}

#[test]
fn mod9_spellings_of_one_trigger_have_one_key() {
    assert_eq!(spoken_key(alice(), "  Be RIGHT Ä "), spoken_key(alice(), "be right ä"));
    assert_ne!(spoken_key(alice(), "brb"), spoken_key(alice(), "b r b"));
    assert_ne!(spoken_key(alice(), "brb"), spoken_key(bob(), "brb"));
}

#[test]
fn mod8_a_fingerprint_tells_reducers_and_arguments_apart() {
    let print =
        |reducer: &str, id: u64, text: &str| Fingerprint::new(reducer).arg(&id).arg(&text.to_string()).hex();
    assert_eq!(print("delete", 1, "a"), print("delete", 1, "a"));
    assert_ne!(print("delete", 1, "a"), print("update", 1, "a"));
    assert_ne!(print("delete", 1, "a"), print("delete", 2, "a"));
    assert_ne!(print("delete", 1, "a"), print("delete", 1, "b"));
    assert!(
        print("delete", 1, "a").len() == 64 && print("delete", 1, "a").chars().all(|c| c.is_ascii_hexdigit())
    );
}

#[test]
fn mod8_neighbouring_arguments_of_a_fingerprint_do_not_run_together() {
    let print = |a: &[u8], b: &[u8]| Fingerprint::new("r").arg(&a.to_vec()).arg(&b.to_vec()).hex();
    assert_ne!(print(b"ab", b"c"), print(b"a", b"bc"));
    assert_ne!(Fingerprint::new("ab").hex(), Fingerprint::new("a").arg(&b'b').hex());
}

#[test]
fn mod7_a_new_stream_starts_at_one_with_an_epoch_of_32_digits() {
    let mut head = StreamHead::new(alice(), 0xabc);
    assert_eq!(head.epoch, "00000000000000000000000000000abc");
    assert_eq!((head.take_seq(), head.take_seq(), head.next_seq), (1, 2, 3));
    assert_eq!((head.next_recording_id, head.next_window_context_id), (1, 1));
}

#[test]
fn mod7_a_counter_moves_past_every_id_that_the_log_names_and_never_back() {
    let mut head = StreamHead::new(alice(), 1);
    Recording::observe(&mut head, &4);
    Recording::observe(&mut head, &2);
    DictionaryEntry::observe(&mut head, &1);
    Setting::observe(&mut head, &"a".to_string());
    assert_eq!((head.next_recording_id, head.next_dictionary_entry_id), (5, 2));
    assert_eq!((head.next_voice_command_id, head.next_window_context_id, head.next_seq), (1, 1, 1));
}

#[test]
fn mod28_an_import_goes_on_where_the_log_ends() {
    let mut head = StreamHead::new(alice(), 1);
    head.take_seq();
    assert_eq!(code(head.continue_at(2, None)), None);
    let late = "CONFLICT: The log goes on elsewhere: expected_next_seq is 1, its next seq is 2";
    assert_eq!(refusal(head.continue_at(1, None)), late);
    assert_eq!(code(head.continue_at(3, None)).as_deref(), Some("CONFLICT"));
}

#[test]
fn mod29_only_an_empty_log_takes_an_epoch_over() {
    let carried = "0123456789abcdef0123456789abcdef";
    let mut head = StreamHead::new(alice(), 1);
    for bad in ["", "0123", &carried.to_uppercase(), &carried.replace('a', "x"), &format!("{carried}0")] {
        let refused = head.continue_at(1, Some(bad.to_string()));
        assert_eq!(refusal(refused), "INVALID_ARGUMENT: epoch must be 32 hex digits in lower case");
    }
    assert_eq!(code(head.continue_at(1, Some(carried.into()))), None);
    assert_eq!(head.epoch, carried);
    head.take_seq();
    assert_eq!(code(head.continue_at(2, Some("f".repeat(32)))).as_deref(), Some("INVALID_ARGUMENT"));
    assert_eq!(head.epoch, carried);
}
