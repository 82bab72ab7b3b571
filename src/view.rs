//! The maps while they change: refreshed in place on a terminal, lines of text elsewhere.

use std::io::{IsTerminal, stdout};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{failure::Failure, output};

/// Shows lines again and again.
pub struct View {
    bar: Option<ProgressBar>,
}

impl View {
    /// For standard output, whatever that is; lines for other programs are never replaced.
    pub fn new(replace: bool) -> Self {
        let terminal = replace && stdout().is_terminal();
        let bar = terminal.then(|| ProgressBar::with_draw_target(None, ProgressDrawTarget::stdout()));
        if let (Some(bar), Ok(style)) = (&bar, ProgressStyle::with_template("{msg}")) {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// Whether it refreshes in place.
    pub fn is_live(&self) -> bool {
        self.bar.is_some()
    }

    /// Shows `lines` in place of those before them, or after them where nothing can be replaced.
    pub fn show(&self, lines: &[String]) -> Result<(), Failure> {
        match &self.bar {
            Some(bar) => {
                bar.set_message(fit(lines).join("\n"));
                bar.tick();
                Ok(())
            }
            None if lines.is_empty() => Ok(()),
            None => output::print(format!("{}\n", lines.join("\n"))),
        }
    }

    /// Shows lines that stay, above those that are replaced.
    pub fn log(&self, lines: &[String]) -> Result<(), Failure> {
        match &self.bar {
            Some(bar) => {
                lines.iter().for_each(|line| bar.println(line));
                Ok(())
            }
            None => self.show(lines),
        }
    }

    /// Takes away what is shown in place.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// As many lines as the terminal has room for, the last saying how many are not shown.
fn fit(lines: &[String]) -> Vec<String> {
    let height = rustix::termios::tcgetwinsize(stdout()).map_or(24, |size| usize::from(size.ws_row));
    let room = height.saturating_sub(2).max(1);
    if lines.len() <= room {
        return lines.to_vec();
    }
    let mut shown = lines[..room - 1].to_vec();
    shown.push(format!("… and {} more", lines.len() - shown.len()));
    shown
}
