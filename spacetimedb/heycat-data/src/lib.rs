//! The database module of heycat: every table, and every reducer that may change one.
//!
//! A command reducer decides which events happen (`decide`, and its area's file), `command` appends them to the log
//! and `apply`, the only writer of state rows, carries them out; all in one transaction.

mod apply;
mod area;
mod check;
mod column;
mod command;
mod decide;
mod entity;
mod error;
mod event_log;
mod events;
mod import;
mod keys;
mod members;
mod rebuild;
mod receipts;
mod stream_heads;

mod dictionary;
mod recordings;
mod settings;
mod voice_commands;
mod window_contexts;

#[cfg(test)]
mod tests;

use error::Refusal;
use spacetimedb::{reducer, ReducerContext};

/// Runs once, when the module is first published: whoever publishes it is its first administrator.
#[reducer(init)]
pub fn init(ctx: &ReducerContext) {
    members::enrol(ctx, ctx.sender, members::ADMIN);
}

/// Refuses the connection of an identity that no administrator has admitted.
#[reducer(client_connected)]
pub fn client_connected(ctx: &ReducerContext) -> Result<(), Refusal> {
    members::require(ctx).map(|_| ())
}

/// Proves that the way to the database is open: checks the membership, changes nothing. `nonce` tells the caller
/// which of its heartbeats came back.
#[reducer]
pub fn heartbeat(ctx: &ReducerContext, nonce: u64) -> Result<(), Refusal> {
    let _ = nonce;
    members::require(ctx).map(|_| ())
}
