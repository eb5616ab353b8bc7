use crate::error::Refusal;
use crate::events::{Event, SCHEMA_VERSION};
use crate::keys::row_key;
use crate::stream_heads::StreamHead;
use spacetimedb::{client_visibility_filter, table, Filter, Identity, ReducerContext, Table, Timestamp};

#[client_visibility_filter]
const OWN_EVENTS: Filter = Filter::Sql("SELECT * FROM event_log WHERE owner_identity = :sender");

/// The record of everything that happened; rows are only ever added.
#[table(name = event_log, public)]
pub struct LoggedEvent {
    #[primary_key]
    pub row_key: u128,
    #[index(btree)]
    pub owner_identity: Identity,
    /// Gapless per owner, from 1.
    pub seq: u64,
    pub event_type: String,
    pub schema_version: u16,
    pub area: String,
    /// The entity's id in decimal digits, or a setting's key.
    pub entity_id: String,
    /// JSON.
    pub payload: String,
    pub command_id: String,
    pub actor: Identity,
    pub occurred_at: Timestamp,
}

/// An event's place in the log.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    pub owner: Identity,
    pub seq: u64,
    pub occurred_at: Timestamp,
}

/// The columns of a row that hold the times and the seq of its events.
pub struct Stamped {
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub seq: u64,
}

impl Stamp {
    /// For a row that this event changes; `created_at` is that of the row before, if there is one.
    pub fn columns(&self, created_at: Option<Timestamp>) -> Stamped {
        Stamped {
            created_at: created_at.unwrap_or(self.occurred_at),
            updated_at: self.occurred_at,
            seq: self.seq,
        }
    }
}

/// An event with its place, ready to be applied.
pub struct StoredEvent {
    pub stamp: Stamp,
    pub event: Event,
}

/// Gives the event the next seq of the stream and writes it to the log.
pub fn append(
    ctx: &ReducerContext,
    head: &mut StreamHead,
    event: Event,
    command_id: &str,
    occurred_at: Timestamp,
) -> StoredEvent {
    let (owner, seq) = (head.owner_identity, head.take_seq());
    ctx.db.event_log().insert(LoggedEvent {
        row_key: row_key(owner, seq),
        owner_identity: owner,
        seq,
        event_type: event.event_type().to_string(),
        schema_version: SCHEMA_VERSION,
        area: event.area().to_string(),
        entity_id: event.entity_id(),
        payload: event.payload(),
        command_id: command_id.to_string(),
        actor: ctx.sender,
        occurred_at,
    });
    StoredEvent { stamp: Stamp { owner, seq, occurred_at }, event }
}

/// Reads one event back.
pub fn read(ctx: &ReducerContext, owner: Identity, seq: u64) -> Result<StoredEvent, Refusal> {
    let row = ctx.db.event_log().row_key().find(row_key(owner, seq));
    let row = row.ok_or_else(|| Refusal::internal(format!("Event {seq} is missing from the log")))?;
    let event = Event::parse(&row.event_type, row.schema_version, &row.payload)
        .map_err(|refusal| Refusal::internal(format!("Event {seq} cannot be read ({refusal})")))?;
    Ok(StoredEvent { stamp: Stamp { owner, seq, occurred_at: row.occurred_at }, event })
}
