//! The catalogue against the running kernel: each cell of the tables becomes a program of a few
//! instructions, and what the verifier says of it is compared with the row.
//!
//! Programs are loaded and forgotten; nothing is attached. Rows that the running kernel is too old
//! for are counted as skipped. Without the capabilities to load every program type the tests say
//! so and do nothing.

mod contexts;
mod helpers;
mod kernel;
mod maps;
mod programs;
mod tally;

use bpfl_stdlib::catalog::version::Version;

/// The running kernel's version, or why nothing can be compared with it.
fn ready() -> Option<Version> {
    match kernel::probe() {
        Ok(version) => Some(version),
        Err(why) => {
            println!("skipped: {why}");
            None
        }
    }
}

#[test]
fn contexts_are_as_the_kernel_has_them() {
    let Some(version) = ready() else { return };
    let mut tally = tally::Tally::new("context accesses", version);
    contexts::compare(&mut tally);
    tally.finish(10_000);
}

#[test]
fn nothing_else_of_a_context_is_accessible() {
    let Some(version) = ready() else { return };
    let mut tally = tally::Tally::new("bytes of contexts", version);
    contexts::sweep(&mut tally);
    tally.finish(20_000);
}

#[test]
fn structs_are_as_the_kernel_has_them() {
    let Some(version) = ready() else { return };
    let mut tally = tally::Tally::new("structs behind pointers", version);
    contexts::compare_structs(&mut tally);
    tally.finish(500);
}

#[test]
fn sockets_may_be_null_where_the_kernel_says_so() {
    let Some(version) = ready() else { return };
    let mut tally = tally::Tally::new("socket pointers", version);
    contexts::compare_nulls(&mut tally);
    tally.finish(40);
}

#[test]
fn packets_are_as_the_kernel_has_them() {
    let Some(version) = ready() else { return };
    let mut tally = tally::Tally::new("packet accesses", version);
    contexts::compare_packets(&mut tally);
    tally.finish(200);
}

#[test]
fn helpers_are_as_the_kernel_has_them() {
    let Some(version) = ready() else { return };
    let mut tally = tally::Tally::new("helpers", version);
    helpers::compare(&mut tally);
    tally.finish(10_000);
}

#[test]
fn return_values_are_as_the_kernel_has_them() {
    let Some(version) = ready() else { return };
    let mut tally = tally::Tally::new("return values", version);
    programs::compare_returns(&mut tally);
    tally.finish(300);
}

#[test]
fn attach_types_are_as_the_kernel_has_them() {
    let Some(version) = ready() else { return };
    let mut tally = tally::Tally::new("attach types", version);
    programs::compare_attach_types(&mut tally);
    tally.finish(1_000);
}

#[test]
fn map_kinds_are_as_the_kernel_has_them() {
    let Some(version) = ready() else { return };
    let mut tally = tally::Tally::new("map kinds", version);
    maps::compare(&mut tally);
    tally.finish(1_000);
}

#[test]
fn maps_are_for_programs_as_the_kernel_has_them() {
    let Some(version) = ready() else { return };
    let mut tally = tally::Tally::new("programs that name maps", version);
    maps::compare_naming(&mut tally);
    maps::compare_sharing(&mut tally);
    tally.finish(400);
}
