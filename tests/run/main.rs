//! `bpfl run` as a user runs it. Without the privilege to attach programs these tests say so and
//! pass.

mod attach;
mod clsact;
mod dialogue;
mod ends;
mod entries;
mod generate;
mod hooks;
mod kills;
mod order;
mod printed;
mod pty;
mod refused;
mod repl;
mod replace;
mod rings;
mod scripts;
mod setup;
mod system;
mod terminal;
mod tested;
mod testrun;
mod tools;
mod trace;
mod values;
mod walk;
