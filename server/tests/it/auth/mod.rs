//! Signing in and staying signed in.

mod devices;
mod factors;
mod passkeys;
mod refresh;
mod setup;
mod sign_in;
mod takeover;
