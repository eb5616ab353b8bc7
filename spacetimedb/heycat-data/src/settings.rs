use crate::check::{self, Checked, KIB};
use crate::command::{Command, Decision, Scope};
use crate::error::Refusal;
use crate::event_log::StoredEvent;
use crate::events::Event;
use crate::keys::text_key;
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};
use spacetimedb::{
    client_visibility_filter, reducer, table, Filter, Identity, ReducerContext, SpacetimeType, Timestamp,
};
use std::collections::BTreeSet;

/// Characters of a key.
pub const MAX_KEY: usize = 128;
const MAX_VALUE: usize = 64 * KIB;

#[client_visibility_filter]
const OWN_SETTINGS: Filter = Filter::Sql("SELECT * FROM settings WHERE owner_identity = :sender");

#[table(name = settings, public)]
pub struct Setting {
    #[primary_key]
    pub row_key: String,
    #[index(btree)]
    pub owner_identity: Identity,
    pub key: String,
    /// JSON.
    pub value: String,
    pub updated_at: Timestamp,
    /// Seq of the event that last changed the row.
    pub seq: u64,
}

/// A setting in an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettingData {
    pub key: String,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettingDeleted {
    pub key: String,
}

#[derive(SpacetimeType)]
pub struct SettingValue {
    pub key: String,
    /// JSON.
    pub value: String,
}

impl SettingData {
    pub fn parse(new: &SettingValue) -> Result<Self, Refusal> {
        check::name("key", &new.key, MAX_KEY)?;
        let value = check::parse_json("value", &new.value, MAX_VALUE)?;
        Ok(SettingData { key: new.key.clone(), value })
    }

    pub fn validate(&self) -> Checked {
        check::name("key", &self.key, MAX_KEY)?;
        check::json("value", &self.value, MAX_VALUE)
    }
}

impl Setting {
    /// The row after an event.
    pub fn evolve(data: &SettingData, stored: &StoredEvent) -> Self {
        Setting {
            row_key: text_key(stored.owner, &data.key),
            owner_identity: stored.owner,
            key: data.key.clone(),
            value: data.value.to_string(),
            updated_at: stored.occurred_at,
            seq: stored.seq,
        }
    }
}

fn find(scope: &Scope, key: &str, action: &str) -> Result<Option<Setting>, Refusal> {
    let row = scope.ctx.db.settings().row_key().find(text_key(scope.owner, key));
    if let Some(row) = &row {
        check::owner(row.owner_identity, scope.owner, action)?;
    }
    Ok(row)
}

/// The event of a save, or none where the setting already has the value.
fn saved(scope: &Scope, new: &SettingValue, expected_seq: Option<u64>) -> Result<Option<Event>, Refusal> {
    let data = SettingData::parse(new)?;
    let row = find(scope, &data.key, "update this setting")?;
    check::expected_seq("Setting", row.as_ref().map_or(0, |row| row.seq), expected_seq)?;
    let value = data.value.to_string();
    let unchanged = row.is_some_and(|row| row.value == value);
    Ok((!unchanged).then_some(Event::SettingUpdated(data)))
}

/// `value` is JSON text. The seq of a setting that does not exist yet is 0.
#[reducer]
pub fn save_setting(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    key: String,
    value: String,
    expected_seq: Option<u64>,
) -> Result<(), Refusal> {
    let command = Command::new("save_setting", command_id, issued_at);
    command.arg(&key).arg(&value).arg(&expected_seq).run(ctx, |scope| {
        let event = saved(scope, &SettingValue { key: key.clone(), value }, expected_seq)?;
        Ok(Decision { events: event.into_iter().collect(), result: json!({ "key": key }) })
    })
}

/// All or nothing.
#[reducer]
pub fn save_settings(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    values: Vec<SettingValue>,
) -> Result<(), Refusal> {
    Command::new("save_settings", command_id, issued_at).arg(&values).run(ctx, |scope| {
        require_distinct(&values)?;
        let mut events = Vec::new();
        for value in &values {
            events.extend(saved(scope, value, None)?);
        }
        let keys: Vec<&str> = values.iter().map(|value| value.key.as_str()).collect();
        Ok(Decision { events, result: json!({ "keys": keys }) })
    })
}

pub fn require_distinct(values: &[SettingValue]) -> Checked {
    check::list("values", values.len())?;
    let mut seen = BTreeSet::new();
    match values.iter().all(|value| seen.insert(value.key.as_str())) {
        true => Ok(()),
        false => Err(Refusal::invalid("values names a key twice")),
    }
}

#[reducer]
pub fn delete_setting(
    ctx: &ReducerContext,
    command_id: String,
    issued_at: Timestamp,
    key: String,
    expected_seq: Option<u64>,
) -> Result<(), Refusal> {
    let command = Command::new("delete_setting", command_id, issued_at);
    command.arg(&key).arg(&expected_seq).run(ctx, |scope| {
        let row = find(scope, &key, "delete this setting")?.ok_or_else(|| Refusal::not_found("Setting"))?;
        check::expected_seq("Setting", row.seq, expected_seq)?;
        let result = json!({ "key": key });
        Ok(Decision { events: vec![Event::SettingDeleted(SettingDeleted { key })], result })
    })
}
