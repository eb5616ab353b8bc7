//! Checks that every area shares. Each names the argument, what is wrong with it and what is allowed.

use crate::error::Refusal;
use serde_json::Value;
use spacetimedb::{Identity, Timestamp};
use std::collections::BTreeSet;
use std::fmt::Display;

pub const KIB: usize = 1024;
pub const MIB: usize = 1024 * KIB;

/// Items of one list argument.
pub const MAX_LIST: usize = 1000;

/// Bytes of a column or an argument that holds JSON.
pub const MAX_JSON: usize = 64 * KIB;

/// Depth of a JSON value as on the wire; deeper ones could be stored but not be read back.
const MAX_JSON_DEPTH: usize = 64;

/// 2^53 - 1, the largest integer that every JSON reader keeps exactly.
const MAX_NUMBER: u64 = 9_007_199_254_740_991;

/// 9999-12-31T23:59:59.999999Z, the last time that ISO 8601 writes with four digits.
const LAST_MICROS: i64 = 253_402_300_799_999_999;

pub type Checked = Result<(), Refusal>;

/// Text of 1 to `max` characters that is not only white space.
pub fn name(argument: &str, text: &str, max: usize) -> Checked {
    if text.trim().is_empty() {
        return Err(Refusal::invalid(format!("{argument} is empty; it takes 1 to {max} characters")));
    }
    length(argument, text, max)
}

/// Text of at most `max` characters.
pub fn length(argument: &str, text: &str, max: usize) -> Checked {
    match text.chars().count() {
        count if count > max => {
            Err(Refusal::invalid(format!("{argument} has {count} characters; at most {max} are allowed")))
        }
        _ => Ok(()),
    }
}

pub fn optional_length(argument: &str, text: &Option<String>, max: usize) -> Checked {
    text.as_ref().map_or(Ok(()), |text| length(argument, text, max))
}

/// Exactly `digits` hex digits in lower case.
pub fn hex(argument: &str, text: &str, digits: usize) -> Checked {
    if text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Ok(());
    }
    Err(Refusal::invalid(format!("{argument} must be {digits} hex digits in lower case")))
}

/// Contents of at most `max` bytes.
pub fn size(argument: &str, contents: &str, max: usize) -> Checked {
    match contents.len() {
        bytes if bytes > max => {
            Err(Refusal::too_large(format!("{argument} has {bytes} bytes; at most {max} are allowed")))
        }
        _ => Ok(()),
    }
}

pub fn one_of(argument: &str, value: &str, allowed: &[&str]) -> Checked {
    if allowed.contains(&value) {
        return Ok(());
    }
    Err(Refusal::invalid(format!("{argument} must be one of {}", allowed.join(", "))))
}

/// An id as JSON numbers can carry it.
pub fn id(argument: &str, id: u64) -> Checked {
    number(argument, id)?;
    match id {
        0 => Err(Refusal::invalid(format!("{argument} is 0; ids start at 1"))),
        _ => Ok(()),
    }
}

/// A count as JSON numbers can carry it.
pub fn number(argument: &str, number: u64) -> Checked {
    if number > MAX_NUMBER {
        return Err(Refusal::invalid(format!("{argument} is {number}; at most {MAX_NUMBER} is allowed")));
    }
    Ok(())
}

/// At most [`MAX_LIST`] ids, none of them twice.
pub fn ids(argument: &str, ids: &[u64]) -> Checked {
    list(argument, ids.len())?;
    let mut seen = BTreeSet::new();
    match ids.iter().find(|id| !seen.insert(**id)) {
        Some(id) => Err(Refusal::invalid(format!("{argument} names {id} twice"))),
        None => Ok(()),
    }
}

pub fn list(argument: &str, length: usize) -> Checked {
    if length > MAX_LIST {
        return Err(Refusal::invalid(format!(
            "{argument} has {length} items; at most {MAX_LIST} are allowed"
        )));
    }
    Ok(())
}

/// Reads JSON text of at most `max` bytes.
pub fn parse_json(argument: &str, text: &str, max: usize) -> Result<Value, Refusal> {
    size(argument, text, max)?;
    let value = serde_json::from_str(text)
        .map_err(|error| Refusal::invalid(format!("{argument} is not valid JSON: {error}")))?;
    json(argument, &value, max)?;
    Ok(value)
}

/// A JSON value of at most `max` bytes and the wire's depth.
pub fn json(argument: &str, value: &Value, max: usize) -> Checked {
    if !shallower_than(value, MAX_JSON_DEPTH) {
        return Err(Refusal::invalid(format!("{argument} is nested deeper than {MAX_JSON_DEPTH} levels")));
    }
    size(argument, &value.to_string(), max)
}

fn shallower_than(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| shallower_than(item, levels - 1)),
        Value::Object(fields) => levels > 0 && fields.values().all(|field| shallower_than(field, levels - 1)),
        _ => true,
    }
}

pub fn time(argument: &str, time: Timestamp) -> Checked {
    if (0..=LAST_MICROS).contains(&time.to_micros_since_unix_epoch()) {
        return Ok(());
    }
    Err(Refusal::invalid(format!("{argument} is outside the years 1970 to 9999")))
}

pub fn command_id(command_id: &str) -> Checked {
    name("command_id", command_id, 64)
}

/// Keys are computed from half of the owner's identity: should two owners' halves ever be equal, the row found
/// may be another's.
pub fn owner(row_owner: Identity, sender: Identity, action: impl Display) -> Checked {
    if row_owner == sender {
        return Ok(());
    }
    Err(Refusal::not_authorized(action))
}

/// Compares the row's seq with the one that the caller's decision rests on, when the caller names one.
pub fn expected_seq(what: &str, seq: u64, expected: Option<u64>) -> Checked {
    match expected {
        Some(expected) if expected != seq => Err(Refusal::conflict(what, expected, seq)),
        _ => Ok(()),
    }
}
