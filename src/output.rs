//! What goes to standard output and standard error.

use std::{
    env,
    io::{self, ErrorKind, IsTerminal, Write},
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use bpfl_runtime::trace::Line;
use unicode_width::UnicodeWidthStr;

use crate::{cli::Color, failure::Failure};

static COLOR: OnceLock<bool> = OnceLock::new();
/// Whether the last line of the terminal is one that passes.
static PASSING: AtomicBool = AtomicBool::new(false);

/// Decides once whether messages are coloured.
pub fn set_color(color: Color) {
    let wanted = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
    };
    // Set only once, by main.
    let _ = COLOR.set(wanted);
}

/// Whether messages on standard error are coloured.
pub fn color() -> bool {
    *COLOR.get().unwrap_or(&false)
}

/// Shows what is going on, where standard output is a terminal: until something else is written.
pub fn passing(text: &str) {
    let Ok(size) = rustix::termios::tcgetwinsize(io::stdout()) else { return };
    // A line that is wider than the terminal would be two, and only one is taken away.
    if text.width() < usize::from(size.ws_col) && print(text).is_ok() {
        PASSING.store(true, Relaxed);
    }
}

/// Takes away what [`passing`] shows. Whoever writes past this module calls it first.
pub fn pass() {
    if PASSING.swap(false, Relaxed) {
        let _ = io::stdout().lock().write_all(b"\r\x1b[2K");
        let _ = io::stdout().flush();
    }
}

/// Ends the line on which a terminal shows the `^C` that was typed.
pub fn after_interrupt() {
    let passed = PASSING.load(Relaxed);
    pass();
    if !passed && io::stderr().is_terminal() {
        tell("\n");
    }
}

/// Writes all of `bytes` to standard output.
pub fn print(bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
    write(bytes.as_ref())?;
    flush()
}

/// The same, but the last line may wait for the rest of it.
pub fn write(bytes: &[u8]) -> Result<(), Failure> {
    pass();
    io::stdout().lock().write_all(bytes).map_err(lost)
}

/// Writes what waits.
pub fn flush() -> Result<(), Failure> {
    io::stdout().lock().flush().map_err(lost)
}

/// Why what was written to standard output is lost.
pub fn lost(error: io::Error) -> Failure {
    match error.kind() {
        ErrorKind::BrokenPipe => Failure::BrokenPipe,
        _ => Failure::new(format!("standard output cannot be written ({error})")),
    }
}

/// Writes to standard error; when that fails there is nobody left to tell.
pub fn tell(text: &str) {
    pass();
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// An error message.
pub fn error(text: &str) {
    labelled("error", "31", text);
}

/// A remark about what was done in another way than asked.
pub fn note(text: &str) {
    labelled("note", "36", text);
}

fn labelled(label: &str, code: &str, text: &str) {
    match color() {
        true => tell(&format!("\x1b[1;{code}m{label}\x1b[0m\x1b[1m:\x1b[0m {text}\n")),
        false => tell(&format!("{label}: {text}\n")),
    }
}

/// What a program printed, as it is shown: with the thread that it ran in.
pub fn printk(line: &Line) -> String {
    format!("printk ({}, {}): {}", line.task, line.pid, line.text)
}
