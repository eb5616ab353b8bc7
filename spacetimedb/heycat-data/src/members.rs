use crate::error::Refusal;
use crate::stream_heads;
use spacetimedb::{reducer, table, Identity, ReducerContext, Table, Timestamp};

pub const ADMIN: &str = "admin";
pub const USER: &str = "user";

/// Who may use this database. Private: nobody is told who else does.
#[table(name = members)]
pub struct Member {
    #[primary_key]
    pub identity: Identity,
    /// `admin` or `user`.
    pub role: String,
    pub added_at: Timestamp,
}

/// The sender's membership.
pub fn require(ctx: &ReducerContext) -> Result<Member, Refusal> {
    let member = ctx.db.members().identity().find(ctx.sender);
    member.ok_or_else(|| {
        Refusal::not_authorized("use this database; an administrator has to admit this identity")
    })
}

fn require_admin(ctx: &ReducerContext, action: &str) -> Result<(), Refusal> {
    match require(ctx)?.role.as_str() {
        ADMIN => Ok(()),
        _ => Err(Refusal::not_authorized(action)),
    }
}

/// Makes the identity a member and opens its stream; an existing member keeps its role.
pub fn enrol(ctx: &ReducerContext, identity: Identity, role: &str) {
    if ctx.db.members().identity().find(identity).is_none() {
        ctx.db.members().insert(Member { identity, role: role.to_string(), added_at: ctx.timestamp });
    }
    stream_heads::open(ctx, identity);
}

/// Lets the identity connect and keep data of its own. Only for administrators; again changes nothing.
#[reducer]
pub fn admit_member(ctx: &ReducerContext, identity: Identity) -> Result<(), Refusal> {
    require_admin(ctx, "admit members")?;
    enrol(ctx, identity, USER);
    Ok(())
}

/// Ends a membership; the data stay. Only for administrators, who cannot lock themselves out.
#[reducer]
pub fn revoke_member(ctx: &ReducerContext, identity: Identity) -> Result<(), Refusal> {
    require_admin(ctx, "revoke members")?;
    if identity == ctx.sender {
        return Err(Refusal::invalid("identity is your own; another administrator has to revoke it"));
    }
    ctx.db.members().identity().delete(identity);
    Ok(())
}
