use crate::check;
use crate::error::Refusal;
use crate::keys::text_key;
use crate::members;
use sha2::{Digest, Sha256};
use spacetimedb::sats::{bsatn, ser::Serialize};
use spacetimedb::{
    client_visibility_filter, reducer, table, Filter, Identity, ReducerContext, Table, Timestamp,
};

#[client_visibility_filter]
const OWN_RECEIPTS: Filter = Filter::Sql("SELECT * FROM command_receipts WHERE owner_identity = :sender");

/// Proof that a command has happened, written in its own transaction: sent again, it changes nothing.
#[table(name = command_receipts, public)]
pub struct CommandReceipt {
    #[primary_key]
    pub row_key: String,
    #[index(btree)]
    pub owner_identity: Identity,
    pub command_id: String,
    /// See [`Fingerprint`].
    pub fingerprint: String,
    #[index(btree)]
    pub first_seq: u64,
    /// `first_seq - 1` when the command changed nothing.
    pub last_seq: u64,
    /// JSON.
    pub result: String,
    pub created_at: Timestamp,
}

/// SHA-256 over the reducer's name and the BSATN of its arguments, without command_id and issued_at: what makes
/// two calls the same command.
pub struct Fingerprint(Sha256);

impl Fingerprint {
    pub fn new(reducer: &str) -> Self {
        Fingerprint(Sha256::new()).part(reducer.as_bytes())
    }

    pub fn arg<T: Serialize>(self, arg: &T) -> Self {
        // The arguments have just been decoded from BSATN, so encoding them cannot fail.
        self.part(&bsatn::to_vec(arg).unwrap_or_default())
    }

    /// The length in front keeps two neighbouring parts apart.
    fn part(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// 64 lower-case hex digits.
    pub fn hex(self) -> String {
        let digest = self.0.finalize();
        digest
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|digit| char::from_digit(digit.into(), 16))
            .collect()
    }
}

/// The sender's receipt for this command.
pub fn find(ctx: &ReducerContext, command_id: &str) -> Result<Option<CommandReceipt>, Refusal> {
    let receipt = ctx.db.command_receipts().row_key().find(text_key(ctx.sender, command_id));
    if let Some(receipt) = &receipt {
        check::owner(receipt.owner_identity, ctx.sender, "use this command_id")?;
    }
    Ok(receipt)
}

pub fn insert(ctx: &ReducerContext, receipt: CommandReceipt) {
    ctx.db.command_receipts().insert(receipt);
}

/// Forgets the sender's receipts that are both older than `created_before` and wholly below `below_seq`.
#[reducer]
pub fn prune_receipts(
    ctx: &ReducerContext,
    created_before: Timestamp,
    below_seq: u64,
) -> Result<(), Refusal> {
    members::require(ctx)?;
    let receipts = ctx.db.command_receipts();
    let old = receipts.owner_identity().filter(ctx.sender);
    let old: Vec<String> = old
        .filter(|receipt| receipt.created_at < created_before && receipt.last_seq < below_seq)
        .map(|receipt| receipt.row_key)
        .collect();
    for row_key in old {
        receipts.row_key().delete(row_key);
    }
    Ok(())
}
