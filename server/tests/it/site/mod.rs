//! The public site.

mod blocks;
mod pages;
