//! A page that the firm wrote for its site.

use sea_orm::entity::prelude::*;

/// Where the site links to a page.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    EnumIter,
    DeriveActiveEnum,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = SitePagePlace)]
pub enum Place {
    /// In the menu at the top of every page.
    Menu,
    /// At the foot of every page.
    Footer,
    /// Nowhere: people follow a link that the firm gives them.
    Nowhere,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "site_pages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The part of the address after /p/. Unique by its row in `site_page_slugs`.
    pub slug: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// For search engines; may be empty.
    #[sea_orm(column_type = "Text")]
    pub description: String,
    /// Markdown.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub place: Place,
    /// Pages are listed in this order.
    pub position: i32,
    /// Null: a draft, which visitors do not see.
    pub published_at: Option<DateTimeUtc>,
    /// Since then, visitors may have the address.
    pub first_published_at: Option<DateTimeUtc>,
    pub updated_by: Option<Uuid>,
    pub updated_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
