//! Partial updates: absent fields stay, and `clear` names the optional fields to empty.

use crate::error::Refusal;

/// Takes over a field where the update names it.
pub fn set<T>(field: &mut T, change: Option<T>) {
    if let Some(value) = change {
        *field = value;
    }
}

/// The update's `clear` list.
pub struct Clear<'a>(&'a [String]);

impl<'a> Clear<'a> {
    /// `clearable` are the names that this entity allows.
    pub fn new(names: &'a [String], clearable: &[&str]) -> Result<Self, Refusal> {
        match names.iter().find(|name| !clearable.contains(&name.as_str())) {
            Some(_) => Err(Refusal::invalid(format!("clear may only name {}", clearable.join(", ")))),
            None => Ok(Clear(names)),
        }
    }

    /// Takes over an optional field where the update names it, empties it where `clear` does.
    pub fn set<T>(&self, name: &str, field: &mut Option<T>, change: Option<T>) -> Result<(), Refusal> {
        let cleared = self.0.iter().any(|cleared| cleared == name);
        if cleared && change.is_some() {
            return Err(Refusal::invalid(format!("{name} is both given and named in clear")));
        }
        if cleared || change.is_some() {
            *field = change;
        }
        Ok(())
    }
}
