//! `make bench`: ratios and percentiles of one run, with their denominators.
//!
//! Speed is never tested, only measured: these figures say how this build does on this machine.

mod catches;
mod communities;
mod corpus;
mod delivery;
mod mapping;
mod reruns;
mod rivals;
mod service;
mod webhooks;

use std::io::Write as _;

use mimalloc::MiMalloc;

/// The one that the program has.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> anyhow::Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|one| one == name);
    let mut out = std::io::stdout().lock();
    if runs("webhooks") {
        webhooks::run(&mut out)?;
    }
    if runs("delivery") {
        delivery::run(&mut out)?;
    }
    if runs("communities") {
        communities::run(&mut out)?;
    }
    if runs("mapping") {
        mapping::run(&mut out)?;
    }
    if runs("rivals") {
        rivals::run(&mut out)?;
    }
    if runs("catches") {
        catches::run(&mut out)?;
    }
    out.flush()?;
    Ok(())
}
