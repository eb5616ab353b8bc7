//! A column's value in each place where it stands: table, events, and the arguments of commands.

use crate::check::{self, Checked};
use crate::error::Refusal;
use serde_json::Value;

/// A type of column, as events hold it.
pub trait Column: Sized {
    /// In the table, and among the arguments of a new entity.
    type Stored;
    /// Among the arguments of an update, which may leave it out.
    type Change;
    /// Whether an update's `clear` may name it.
    const CLEARABLE: bool = false;

    fn given(name: &str, value: Self::Stored) -> Result<Self, Refusal>;
    fn change(&mut self, name: &str, change: Self::Change, clear: &Clear) -> Checked;
    fn into_stored(self) -> Self::Stored;
    /// `unreadable` is for a value that `into_stored` never made.
    fn from_stored(value: Self::Stored, unreadable: impl FnOnce() -> Refusal) -> Result<Self, Refusal>;
}

/// Types that are the same everywhere.
macro_rules! plain {
    ($($type:ty),*) => {$(
        impl Column for $type {
            type Stored = Self;
            type Change = Option<Self>;

            fn given(_: &str, value: Self) -> Result<Self, Refusal> {
                Ok(value)
            }

            fn change(&mut self, _: &str, change: Option<Self>, _: &Clear) -> Checked {
                if let Some(value) = change {
                    *self = value;
                }
                Ok(())
            }

            fn into_stored(self) -> Self {
                self
            }

            fn from_stored(value: Self, _: impl FnOnce() -> Refusal) -> Result<Self, Refusal> {
                Ok(value)
            }
        }
    )*};
}

plain!(bool, i32, u32, u64, String, Vec<u64>);

/// An update empties it by `clear`: leaving it out keeps it.
impl<T> Column for Option<T> {
    type Stored = Self;
    type Change = Self;
    const CLEARABLE: bool = true;

    fn given(_: &str, value: Self) -> Result<Self, Refusal> {
        Ok(value)
    }

    fn change(&mut self, name: &str, change: Self, clear: &Clear) -> Checked {
        let cleared = clear.names(name);
        if cleared && change.is_some() {
            return Err(Refusal::invalid(format!("{name} is both given and named in clear")));
        }
        if cleared || change.is_some() {
            *self = change;
        }
        Ok(())
    }

    fn into_stored(self) -> Self {
        self
    }

    fn from_stored(value: Self, _: impl FnOnce() -> Refusal) -> Result<Self, Refusal> {
        Ok(value)
    }
}

/// JSON: text in the table and in arguments, the value itself in events.
impl Column for Value {
    type Stored = String;
    type Change = Option<String>;

    fn given(name: &str, text: String) -> Result<Self, Refusal> {
        check::parse_json(name, &text, check::MAX_JSON)
    }

    fn change(&mut self, name: &str, change: Option<String>, _: &Clear) -> Checked {
        if let Some(text) = change {
            *self = Self::given(name, text)?;
        }
        Ok(())
    }

    fn into_stored(self) -> String {
        self.to_string()
    }

    fn from_stored(text: String, unreadable: impl FnOnce() -> Refusal) -> Result<Self, Refusal> {
        serde_json::from_str(&text).map_err(|_| unreadable())
    }
}

/// An update's `clear` list: the names of the optional columns to empty.
pub struct Clear<'a>(&'a [String]);

impl<'a> Clear<'a> {
    /// `columns` are all that the entity has, each with whether it may be named.
    pub fn new(names: &'a [String], columns: &[(&str, bool)]) -> Result<Self, Refusal> {
        let clearable = || columns.iter().filter(|(_, clearable)| *clearable).map(|(column, _)| *column);
        match names.iter().all(|name| clearable().any(|column| column == name)) {
            true => Ok(Clear(names)),
            false => {
                let allowed: Vec<&str> = clearable().collect();
                Err(Refusal::invalid(format!("clear may only name {}", allowed.join(", "))))
            }
        }
    }

    fn names(&self, column: &str) -> bool {
        self.0.iter().any(|name| name == column)
    }
}
