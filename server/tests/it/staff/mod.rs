//! People and their rights.

mod import;
mod people;
mod pictures;
