//! An area's table, and everything that repeats its columns.

/// Declares an area's table, and derives from its columns the entity as events hold it, what is left of it after a
/// deletion, the arguments of the commands that add and update, and the conversions between them.
///
/// Every table begins with the same columns. After `id`, each column is the entity's own, except those marked
/// `#[stamped]`, which are filled in from the event's place in the log. `#[serde]` attributes apply to events: those
/// from before a column existed lack it, so a new one is an `Option` or has `#[serde(default)]`.
macro_rules! area {
    (
        $(#[doc = $doc:literal])*
        #[table(name = $table:ident, public)]
        pub struct $Row:ident {
            #[primary_key]
            pub row_key: u128,
            #[index(btree)]
            pub owner_identity: $Owner:ty,
            $(
                #[unique(spoken_key($spoken:ident))]
                $(#[doc = $unique_doc:literal])*
                pub $unique:ident: String,
            )?
            pub id: u64,
            $(
                $(
                    #[stamped]
                    $(#[doc = $stamped_doc:literal])*
                    pub $stamped:ident: $stamped_type:ident
                )?
                $(
                    $(#[doc = $column_doc:literal])*
                    $(#[serde($($serde:tt)*)])*
                    pub $column:ident: $type:ty
                )?
            ,)*
        }

        type Entity = $Entity:ident;
        type Deleted = $Deleted:ident { id, $left:ident };
        type New = $New:ident;
        type Changes = $Changes:ident $({ $clear:ident })?;
        ids from $next_id:ident;
    ) => {
        $(#[doc = $doc])*
        #[spacetimedb::table(name = $table, public)]
        pub struct $Row {
            #[primary_key]
            pub row_key: u128,
            #[index(btree)]
            pub owner_identity: $Owner,
            $(
                $(#[doc = $unique_doc])*
                #[unique]
                pub $unique: String,
            )?
            pub id: u64,
            $(
                $($(#[doc = $stamped_doc])* pub $stamped: $stamped_type,)?
                $($(#[doc = $column_doc])* pub $column: <$type as $crate::column::Column>::Stored,)?
            )*
        }

        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $Entity {
            pub id: u64,
            $($(
                $(#[doc = $column_doc])*
                $(#[serde($($serde)*)])*
                pub $column: $type,
            )?)*
        }

        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $Deleted {
            pub id: u64,
            pub $left: String,
        }

        #[derive(spacetimedb::SpacetimeType)]
        pub struct $New {
            $($(pub $column: <$type as $crate::column::Column>::Stored,)?)*
        }

        #[derive(Default, spacetimedb::SpacetimeType)]
        pub struct $Changes {
            $($(pub $column: <$type as $crate::column::Column>::Change,)?)*
            $(
                /// Names of optional columns to empty.
                pub $clear: Vec<String>,
            )?
        }

        const _: () = {
            use spacetimedb::ReducerContext;
            use $crate::check::Checked;
            use $crate::column::{Clear, Column};
            use $crate::entity::{unreadable, Editable, Identified, Row};
            use $crate::error::Refusal;
            use $crate::event_log::Stamp;
            use $crate::keys;
            use $crate::stream_heads::StreamHead;

            impl Identified for $Entity {
                type Id = u64;

                fn id(&self) -> &u64 {
                    &self.id
                }
            }

            impl Identified for $Deleted {
                type Id = u64;

                fn id(&self) -> &u64 {
                    &self.id
                }
            }

            impl Row for $Row {
                type Entity = $Entity;

                fn find(ctx: &ReducerContext, key: &u128) -> Option<Self> {
                    ctx.db.$table().row_key().find(key)
                }

                fn owner(&self) -> $Owner {
                    self.owner_identity
                }

                fn seq(&self) -> u64 {
                    self.seq
                }

                fn evolve(before: Option<&Self>, entity: $Entity, stamp: &Stamp) -> Self {
                    let stamped = stamp.columns(before.map(|row| row.created_at));
                    $Row {
                        row_key: keys::row_key(stamp.owner, entity.id),
                        owner_identity: stamp.owner,
                        $($unique: keys::spoken_key(stamp.owner, &entity.$spoken),)?
                        id: entity.id,
                        $($($stamped: stamped.$stamped,)? $($column: entity.$column.into_stored(),)?)*
                    }
                }

                $(
                    fn require_unique(ctx: &ReducerContext, owner: $Owner, entity: &$Entity) -> Checked {
                        let holder = ctx.db.$table().$unique().find(keys::spoken_key(owner, &entity.$spoken));
                        match holder {
                            Some(row) if row.row_key != keys::row_key(owner, entity.id) => {
                                let name = <$Entity as $crate::entity::Entity>::NAME;
                                Err(Refusal::duplicate(name, stringify!($spoken)))
                            }
                            _ => Ok(()),
                        }
                    }
                )?

                fn observe(head: &mut StreamHead, id: &u64) {
                    head.$next_id = head.$next_id.max(id + 1);
                }
            }

            impl Editable for $Entity {
                type New = $New;
                type Changes = $Changes;

                fn new(id: u64, new: $New) -> Result<Self, Refusal> {
                    Ok($Entity { id, $($($column: Column::given(stringify!($column), new.$column)?,)?)* })
                }

                fn change(&mut self, changes: $Changes) -> Checked {
                    const COLUMNS: &[(&str, bool)] =
                        &[$($((stringify!($column), <$type as Column>::CLEARABLE),)?)*];
                    let names: Vec<String> = None$(.or(Some(changes.$clear)))?.unwrap_or_default();
                    let clear = Clear::new(&names, COLUMNS)?;
                    $($(self.$column.change(stringify!($column), changes.$column, &clear)?;)?)*
                    Ok(())
                }

                fn from_row(row: $Row) -> Result<Self, Refusal> {
                    let unreadable = || unreadable::<$Entity>(row.id);
                    Ok($Entity {
                        id: row.id,
                        $($($column: Column::from_stored(row.$column, unreadable)?,)?)*
                    })
                }

                fn deleted(row: $Row) -> $Deleted {
                    $Deleted { id: row.id, $left: row.$left }
                }

                fn next_id(head: &StreamHead) -> u64 {
                    head.$next_id
                }
            }
        };
    };
}
pub(crate) use area;
