use crate::check;
use crate::error::Refusal;
use crate::keys::row_key;
use spacetimedb::{client_visibility_filter, table, Filter, Identity, ReducerContext, Table};

#[client_visibility_filter]
const OWN_STREAM_HEAD: Filter = Filter::Sql("SELECT * FROM stream_heads WHERE owner_identity = :sender");

/// Where an owner's log stands, and the next id of each area. Counters instead of `auto_inc`: replaying a lost
/// tail in order gives the same ids, and nothing is told about other owners.
#[table(name = stream_heads, public)]
pub struct StreamHead {
    #[primary_key]
    pub row_key: u128,
    #[index(btree)]
    pub owner_identity: Identity,
    /// 32 hex digits: one life of this history. A new one means that seqs cannot be compared with earlier ones.
    pub epoch: String,
    pub next_seq: u64,
    pub next_recording_id: u64,
    pub next_dictionary_entry_id: u64,
    pub next_voice_command_id: u64,
    pub next_window_context_id: u64,
}

impl StreamHead {
    pub fn new(owner: Identity, epoch: u128) -> Self {
        StreamHead {
            row_key: row_key(owner, 0),
            owner_identity: owner,
            epoch: format!("{epoch:032x}"),
            next_seq: 1,
            next_recording_id: 1,
            next_dictionary_entry_id: 1,
            next_voice_command_id: 1,
            next_window_context_id: 1,
        }
    }

    /// Takes the next seq.
    pub fn take_seq(&mut self) -> u64 {
        let seq = self.next_seq;
        self.next_seq += 1;
        seq
    }

    /// Checks that an import goes on where this stream ends; an empty stream may take over the epoch of another life.
    pub fn continue_at(&mut self, expected_next_seq: u64, epoch: Option<String>) -> Result<(), Refusal> {
        if expected_next_seq != self.next_seq {
            return Err(Refusal::moved_on(expected_next_seq, self.next_seq));
        }
        let Some(epoch) = epoch else { return Ok(()) };
        if self.next_seq != 1 {
            return Err(Refusal::invalid("epoch cannot be changed once the log has an event"));
        }
        check::hex("epoch", &epoch, 32)?;
        self.epoch = epoch;
        Ok(())
    }
}

/// Makes the head of a new member's stream; an existing one stays, so that a member who comes back finds the data.
pub fn open(ctx: &ReducerContext, owner: Identity) {
    if ctx.db.stream_heads().row_key().find(row_key(owner, 0)).is_none() {
        ctx.db.stream_heads().insert(StreamHead::new(owner, ctx.random()));
    }
}

/// The sender's stream head.
pub fn own(ctx: &ReducerContext) -> Result<StreamHead, Refusal> {
    let head = ctx.db.stream_heads().row_key().find(row_key(ctx.sender, 0));
    let head = head.ok_or_else(|| Refusal::internal("The stream of this member is missing"))?;
    check::owner(head.owner_identity, ctx.sender, "use this stream")?;
    Ok(head)
}

pub fn save(ctx: &ReducerContext, head: StreamHead) {
    ctx.db.stream_heads().row_key().update(head);
}
