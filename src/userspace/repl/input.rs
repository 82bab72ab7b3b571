//! Where the repl's input comes from: lines of a stream, or of a terminal where they can be edited.
//!
//! Always holds: what comes out is a whole form or several, a command, or the rest of the input; a signal
//! that ends the repl is seen while it waits.

use std::{
    io::stdin,
    os::fd::{AsFd, BorrowedFd},
};

use bpfl_compiler::read::complete::Progress;
use rustix::{event::PollFlags, io::read};

use super::terminal::Terminal;

/// A piece of input.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    /// How many lines came before it.
    pub lines_before: u32,
}

/// What comes of waiting for input.
pub enum Got {
    Piece(Piece),
    /// Bytes that are no text, in the line with this number.
    NotText(u32),
    /// The line was given up with Ctrl-C.
    Dropped,
    End,
}

/// Where input comes from.
pub enum Input {
    Lines(Lines),
    Terminal(Terminal),
}

/// Waits for a descriptor to be readable.
pub type Wait<'w> = &'w mut dyn FnMut(BorrowedFd<'_>, PollFlags) -> Result<(), String>;

impl Input {
    /// The next piece.
    ///
    /// # Errors
    /// When waiting is ended.
    pub fn next(&mut self, wait: Wait<'_>) -> Result<Got, String> {
        match self {
            Self::Lines(lines) => lines.next(wait),
            Self::Terminal(terminal) => terminal.next(wait),
        }
    }

    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Terminal(_))
    }
}

/// Standard input, line by line.
#[derive(Default)]
pub struct Lines {
    /// What was read and is not used yet.
    bytes: Vec<u8>,
    /// Where in it the next line starts.
    at: usize,
    /// The bytes in which no newline is.
    searched: usize,
    ended: bool,
    /// The lines of the piece so far.
    text: String,
    progress: Progress,
    /// How many lines there were, with those of the piece.
    lines: u32,
    /// How many there were before the piece.
    before: u32,
}

/// How much is read at a time.
const MOST: usize = 1 << 16;

impl Lines {
    fn next(&mut self, wait: Wait<'_>) -> Result<Got, String> {
        loop {
            let Some(line) = self.line(wait)? else {
                let rest = !self.text.trim().is_empty();
                return Ok(if rest { Got::Piece(self.piece()) } else { Got::End });
            };
            self.lines += 1;
            let Ok(line) = String::from_utf8(line) else {
                self.piece();
                return Ok(Got::NotText(self.lines));
            };
            if self.text.is_empty() && line.trim().is_empty() {
                self.before = self.lines;
                continue;
            }
            self.text.push_str(&line);
            // A command is a line; a comma starts no form.
            let command = self.before + 1 == self.lines && self.text.starts_with(',');
            self.progress.read(&self.text);
            if command || self.progress.is_complete() {
                return Ok(Got::Piece(self.piece()));
            }
        }
    }

    fn piece(&mut self) -> Piece {
        self.progress = Progress::default();
        let lines_before = std::mem::replace(&mut self.before, self.lines);
        Piece { text: std::mem::take(&mut self.text), lines_before }
    }

    /// The next line, with its newline if it has one.
    fn line(&mut self, wait: Wait<'_>) -> Result<Option<Vec<u8>>, String> {
        loop {
            if let Some(length) = self.bytes[self.searched..].iter().position(|byte| *byte == b'\n') {
                let line = self.bytes[self.at..=self.searched + length].to_vec();
                self.at = self.searched + length + 1;
                self.searched = self.at;
                return Ok(Some(line));
            }
            self.bytes.drain(..self.at);
            (self.at, self.searched) = (0, self.bytes.len());
            if self.ended {
                let rest = std::mem::take(&mut self.bytes);
                self.searched = 0;
                return Ok((!rest.is_empty()).then_some(rest));
            }
            self.more(wait)?;
        }
    }

    fn more(&mut self, wait: Wait<'_>) -> Result<(), String> {
        wait(stdin().as_fd(), PollFlags::IN)?;
        let mut room = [0; MOST];
        match read(stdin(), &mut room) {
            Ok(0) => self.ended = true,
            Ok(count) => self.bytes.extend_from_slice(&room[..count]),
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
            Err(error) => return Err(format!("standard input cannot be read ({error})")),
        }
        Ok(())
    }
}
