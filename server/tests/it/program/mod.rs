//! Tests for the whole program: the pipeline, the command line, the structural rules.

mod cli;
mod drain;
mod http;
mod idempotency;
mod if_match;
mod jobs;
mod joining;
mod openapi;
mod paging;
mod permissions;
mod storage;
mod structure;
mod tls;
