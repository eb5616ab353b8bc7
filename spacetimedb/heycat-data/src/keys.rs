//! Primary keys: computed from the owner and the owner's own id, so that one column is unique across owners and
//! tells nobody how many rows others have.

use spacetimedb::Identity;

/// The low 64 bits of an identity, the last 16 digits of its hex form.
fn owner_part(owner: Identity) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = owner.to_byte_array();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

/// Key of the row with this id (or seq).
pub fn row_key(owner: Identity, id: u64) -> u128 {
    (u128::from(owner_part(owner)) << 64) | u128::from(id)
}

/// Key of the row with this name: `<16 hex digits>/<name>`.
pub fn text_key(owner: Identity, name: &str) -> String {
    format!("{:016x}/{name}", owner_part(owner))
}

/// Key under which two spellings of one trigger or phrase meet.
pub fn spoken_key(owner: Identity, spoken: &str) -> String {
    text_key(owner, &spoken.trim().to_lowercase())
}
