use crate::check::{self, Checked};
use crate::command::{Command, Decision, Scope};
use crate::decide;
use crate::entity::{Entity, Id, Identified, Row};
use crate::error::Refusal;
use crate::event_log::Stamp;
use crate::events::{Change, Event};
use crate::keys::text_key;
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};
use spacetimedb::{
    client_visibility_filter, reducer, table, Filter, Identity, ReducerContext, SpacetimeType, Timestamp,
};
use std::collections::BTreeSet;

/// Characters of a key.
pub const MAX_KEY: usize = 128;

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

/// A key is its owner's own choice.
impl Id for String {
    type RowKey = String;

    fn row_key(&self, owner: Identity) -> String {
        text_key(owner, self)
    }

    fn validate(&self) -> Checked {
        check::name("key", self, MAX_KEY)
    }
}

impl Identified for SettingData {
    type Id = String;

    fn id(&self) -> &String {
        &self.key
    }
}

impl Identified for SettingDeleted {
    type Id = String;

    fn id(&self) -> &String {
        &self.key
    }
}

impl Entity for SettingData {
    const NAME: &'static str = "setting";
    const AREA: &'static str = "settings";
    const EVENT: fn(Change<Self>) -> Event = Event::Setting;
    type Row = Setting;
    type Deleted = SettingDeleted;

    fn validate(&self) -> Checked {
        self.key.validate()?;
        check::json("value", &self.value, check::MAX_JSON)
    }
}

impl Row for Setting {
    type Entity = SettingData;

    fn find(ctx: &ReducerContext, key: &String) -> Option<Self> {
        ctx.db.settings().row_key().find(key)
    }

    fn owner(&self) -> Identity {
        self.owner_identity
    }

    fn seq(&self) -> u64 {
        self.seq
    }

    fn evolve(_: Option<&Self>, entity: SettingData, stamp: &Stamp) -> Self {
        Setting {
            row_key: text_key(stamp.owner, &entity.key),
            owner_identity: stamp.owner,
            key: entity.key,
            value: entity.value.to_string(),
            updated_at: stamp.occurred_at,
            seq: stamp.seq,
        }
    }
}

impl SettingData {
    pub fn parse(new: &SettingValue) -> Result<Self, Refusal> {
        new.key.validate()?;
        let value = check::parse_json("value", &new.value, check::MAX_JSON)?;
        Ok(SettingData { key: new.key.clone(), value })
    }
}

/// The event of a save, or none where the setting already has the value.
fn saved(scope: &Scope, new: &SettingValue, expected_seq: Option<u64>) -> Result<Option<Event>, Refusal> {
    let data = SettingData::parse(new)?;
    let row = decide::find::<SettingData>(scope, &data.key, "update")?;
    check::expected_seq(SettingData::NAME, row.as_ref().map_or(0, |row| row.seq), expected_seq)?;
    let value = data.value.to_string();
    let unchanged = row.is_some_and(|row| row.value == value);
    Ok((!unchanged).then_some(Event::Setting(Change::Updated(data))))
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
        let row = decide::existing::<SettingData>(scope, &key, "delete", expected_seq)?;
        let result = json!({ "key": row.key });
        let deleted = Change::Deleted(SettingDeleted { key: row.key });
        Ok(Decision { events: vec![Event::Setting(deleted)], result })
    })
}
