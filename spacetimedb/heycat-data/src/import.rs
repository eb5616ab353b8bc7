use crate::error::Refusal;
use crate::events::Event;
use crate::keys::text_key;
use crate::receipts::{self, CommandReceipt};
use crate::stream_heads::StreamHead;
use crate::{apply, check, event_log, members, stream_heads};
use spacetimedb::{reducer, ReducerContext, SpacetimeType, Timestamp};

/// An event from another engine's log or from an export; its place in the log is given here.
#[derive(SpacetimeType)]
pub struct ImportedEvent {
    pub event_type: String,
    pub schema_version: u16,
    /// JSON.
    pub payload: String,
    pub command_id: String,
    pub occurred_at: Timestamp,
}

#[derive(SpacetimeType)]
pub struct ImportedReceipt {
    pub command_id: String,
    pub fingerprint: String,
    /// In the numbering of the log that is imported into.
    pub first_seq: u64,
    pub last_seq: u64,
    /// JSON.
    pub result: String,
    pub created_at: Timestamp,
}

/// Appends events to the sender's log, continuing its seq, carries them out and keeps the receipts; all or nothing.
///
/// `expected_next_seq` is the seq that the first event gets: a batch whose outcome was not heard cannot be appended
/// twice. `epoch` makes an empty log go on as the history that it is filled with.
#[reducer]
pub fn import_batch(
    ctx: &ReducerContext,
    expected_next_seq: u64,
    epoch: Option<String>,
    events: Vec<ImportedEvent>,
    receipts: Vec<ImportedReceipt>,
) -> Result<(), Refusal> {
    members::require(ctx)?;
    let mut head = stream_heads::own(ctx)?;
    head.continue_at(expected_next_seq, epoch)?;
    for imported in events {
        let event = Event::parse(&imported.event_type, imported.schema_version, &imported.payload)?;
        event.validate()?;
        check::command_id(&imported.command_id)?;
        check::time("occurred_at", imported.occurred_at)?;
        let stored = event_log::append(ctx, &mut head, event, &imported.command_id, imported.occurred_at);
        apply::apply(ctx, &mut head, stored)?;
    }
    for imported in receipts {
        import_receipt(ctx, &head, imported)?;
    }
    stream_heads::save(ctx, head);
    Ok(())
}

fn import_receipt(ctx: &ReducerContext, head: &StreamHead, imported: ImportedReceipt) -> Result<(), Refusal> {
    check::command_id(&imported.command_id)?;
    check::time("created_at", imported.created_at)?;
    check::parse_json("result", &imported.result, 64 * check::KIB)?;
    check::length("fingerprint", &imported.fingerprint, 64)?;
    let within_log = imported.first_seq >= 1
        && imported.last_seq < head.next_seq
        && imported.last_seq + 1 >= imported.first_seq;
    if !within_log {
        return Err(Refusal::invalid("first_seq and last_seq must name events of the log"));
    }
    if let Some(known) = receipts::find(ctx, &imported.command_id)? {
        return match known.fingerprint == imported.fingerprint {
            true => Ok(()),
            false => Err(Refusal::command_reused(&imported.command_id)),
        };
    }
    receipts::insert(
        ctx,
        CommandReceipt {
            row_key: text_key(ctx.sender, &imported.command_id),
            owner_identity: ctx.sender,
            command_id: imported.command_id,
            fingerprint: imported.fingerprint,
            first_seq: imported.first_seq,
            last_seq: imported.last_seq,
            result: imported.result,
            created_at: imported.created_at,
        },
    );
    Ok(())
}
