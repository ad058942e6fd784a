//! The relay without sockets: what is asked, what is answered, where packets go.

mod abuse;
mod bench;
mod calls;
mod draining;
mod requests;

use bench::Bench;
