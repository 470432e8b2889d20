//! People and their permissions.

mod import;
mod people;
mod pictures;
