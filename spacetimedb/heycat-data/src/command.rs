//! The frame of every command: member, receipt, decision, log, state, receipt.

use crate::error::Refusal;
use crate::event_log;
use crate::events::Event;
use crate::keys::text_key;
use crate::receipts::{self, CommandReceipt, Fingerprint};
use crate::stream_heads::{self, StreamHead};
use crate::{apply, check, members};
use serde_json::{json, Value};
use spacetimedb::sats::ser::Serialize;
use spacetimedb::{Identity, ReducerContext, Timestamp};

/// What a command decides: the events that happen, and what its sender is told.
#[derive(Debug)]
pub struct Decision {
    pub events: Vec<Event>,
    pub result: Value,
}

impl Decision {
    /// About the entity with this id.
    pub fn about(id: u64, events: Vec<Event>) -> Result<Self, Refusal> {
        Ok(Decision { events, result: json!({ "id": id }) })
    }
}

/// What a decision may look at: the sender's rows and counters as they were before the command.
pub struct Scope<'a> {
    pub ctx: &'a ReducerContext,
    pub owner: Identity,
    pub head: &'a StreamHead,
}

/// One call of a command reducer.
pub struct Command {
    command_id: String,
    issued_at: Timestamp,
    fingerprint: Fingerprint,
}

impl Command {
    pub fn new(reducer: &str, command_id: String, issued_at: Timestamp) -> Self {
        Command { command_id, issued_at, fingerprint: Fingerprint::new(reducer) }
    }

    /// Each argument after issued_at, in order.
    pub fn arg<T: Serialize>(mut self, arg: &T) -> Self {
        self.fingerprint = self.fingerprint.arg(arg);
        self
    }

    /// Carries the command out once: a command_id that has its receipt changes nothing more, and with other
    /// arguments it is refused.
    pub fn run(
        self,
        ctx: &ReducerContext,
        decide: impl FnOnce(&Scope) -> Result<Decision, Refusal>,
    ) -> Result<(), Refusal> {
        // Everything but the decision stands outside: this function is compiled once for each reducer.
        let Some(opened) = self.open(ctx)? else { return Ok(()) };
        let decision = decide(&Scope { ctx, owner: ctx.sender, head: &opened.head })?;
        opened.commit(ctx, decision)
    }

    /// Checks who asks and what for; nothing when the command has already happened.
    #[inline(never)]
    fn open(self, ctx: &ReducerContext) -> Result<Option<Opened>, Refusal> {
        members::require(ctx)?;
        check::command_id(&self.command_id)?;
        check::time("issued_at", self.issued_at)?;
        let fingerprint = self.fingerprint.hex();
        match receipts::find(ctx, &self.command_id)? {
            Some(receipt) if receipt.fingerprint != fingerprint => {
                Err(Refusal::command_reused(&self.command_id))
            }
            Some(_) => Ok(None),
            None => Ok(Some(Opened {
                command_id: self.command_id,
                issued_at: self.issued_at,
                fingerprint,
                head: stream_heads::own(ctx)?,
            })),
        }
    }
}

/// A command on its way between its checks and its effect.
struct Opened {
    command_id: String,
    issued_at: Timestamp,
    fingerprint: String,
    head: StreamHead,
}

impl Opened {
    #[inline(never)]
    fn commit(mut self, ctx: &ReducerContext, decision: Decision) -> Result<(), Refusal> {
        let first_seq = self.head.next_seq;
        for event in decision.events {
            let stored = event_log::append(ctx, &mut self.head, event, &self.command_id, self.issued_at);
            apply::apply(ctx, &mut self.head, stored)?;
        }
        let last_seq = self.head.next_seq - 1;
        if last_seq >= first_seq {
            stream_heads::save(ctx, self.head);
        }
        receipts::insert(
            ctx,
            CommandReceipt {
                row_key: text_key(ctx.sender, &self.command_id),
                owner_identity: ctx.sender,
                command_id: self.command_id,
                fingerprint: self.fingerprint,
                first_seq,
                last_seq,
                result: decision.result.to_string(),
                created_at: self.issued_at,
            },
        );
        Ok(())
    }
}
