use crate::error::Refusal;
use crate::{apply, event_log, members, stream_heads};
use spacetimedb::{reducer, ReducerContext};

/// Makes the sender's state rows anew from the sender's log; a defect in the log undoes the attempt.
#[reducer]
pub fn rebuild_state(ctx: &ReducerContext) -> Result<(), Refusal> {
    members::require(ctx)?;
    let mut head = stream_heads::own(ctx)?;
    apply::clear(ctx, head.owner_identity);
    for seq in 1..head.next_seq {
        let stored = event_log::read(ctx, head.owner_identity, seq)?;
        apply::apply(ctx, &mut head, stored)?;
    }
    stream_heads::save(ctx, head);
    Ok(())
}
