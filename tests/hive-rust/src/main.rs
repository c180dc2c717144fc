//! The checks of hive-rust: runs the named ones, one after the other, and prints one JSON line for each.
//!
//!     hive-rust-checks TRANSPORT HOST PORT USER CHECK...    TRANSPORT is binary or nosasl
//!
//! Standard input: the statements of the engine's dialect, one JSON object.

mod checks;
mod client;
mod metadata;

use client::Target;
use serde_json::json;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

const CHECK_TIMEOUT: Duration = Duration::from_secs(120);

type Check = fn(&Target) -> anyhow::Result<()>;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, transport, host, port, user, names @ ..] = arguments.as_slice() else {
        anyhow::bail!("usage: hive-rust-checks TRANSPORT HOST PORT USER CHECK...");
    };
    let target = Target {
        transport: transport.clone(),
        address: format!("{host}:{port}"),
        user: user.clone(),
        sql: serde_json::from_reader(std::io::stdin())?,
    };
    for name in names {
        let started = Instant::now();
        let failure = match checks::named(name).or_else(|| metadata::named(name)) {
            Some(check) => failure_of(check, &target),
            None => Some("no such check".to_owned()),
        };
        let ms = started.elapsed().as_millis() as u64;
        println!("{}", json_line(name, ms, failure));
    }
    Ok(())
}

/// The name goes first: that is how the reader of the lines knows them from what a driver prints.
fn json_line(name: &str, ms: u64, failure: Option<String>) -> String {
    let head = format!("{{\"check\":{},\"ok\":{},\"ms\":{ms}", json!(name), failure.is_none());
    match failure {
        None => format!("{head}}}"),
        Some(text) => format!("{head},\"error\":{}}}", json!(text)),
    }
}

fn failure_of(check: Check, target: &Target) -> Option<String> {
    let (tell, ended) = channel();
    let target = target.clone();
    thread::spawn(move || tell.send(check(&target).err().map(|error| format!("{error:?}"))));
    // A panic ends the thread without a word; its text is on standard error.
    ended.recv_timeout(CHECK_TIMEOUT).unwrap_or_else(|gone| Some(format!("no result: {gone}")))
}
