//! Signing in and staying signed in.

mod attacks;
mod devices;
mod factors;
mod passkeys;
mod refresh;
mod setup;
mod sign_in;
mod takeover;
