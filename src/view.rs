//! The maps while they change: refreshed in place on a terminal, lines of text elsewhere.

use std::io::{IsTerminal, stdout};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use unicode_width::UnicodeWidthStr;

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

    /// Whether this terminal has room for all these lines, none of which is wider than it.
    pub fn has_room(lines: &[String]) -> bool {
        lines.len() <= room().0
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

/// As many lines as this terminal has room for.
fn fit(lines: &[String]) -> Vec<String> {
    let (room, width) = room();
    fit_into(lines, room, width)
}

/// The rows that may be used of this terminal, and its width.
fn room() -> (usize, usize) {
    let (height, width) = rustix::termios::tcgetwinsize(stdout())
        .map_or((24, 80), |size| (usize::from(size.ws_row), usize::from(size.ws_col)));
    (height.saturating_sub(2).max(1), width.max(1))
}

/// As many lines as there is room for in so many rows, where one that is wider than a row takes several; the
/// last says how many are not shown.
fn fit_into(lines: &[String], room: usize, width: usize) -> Vec<String> {
    let rows = |line: &String| line.width().div_ceil(width).max(1);
    if lines.iter().map(rows).sum::<usize>() <= room {
        return lines.to_vec();
    }
    let mut left = room - 1;
    let taken =
        lines.iter().take_while(|line| left.checked_sub(rows(line)).inspect(|rest| left = *rest).is_some());
    let mut shown: Vec<String> = taken.cloned().collect();
    shown.push(format!("… and {} more", lines.len() - shown.len()));
    shown
}

#[cfg(test)]
mod tests {
    use super::fit_into;

    #[test]
    fn what_a_terminal_has_no_room_for_is_counted() {
        let lines = ["a".repeat(25), "bb".into(), String::new(), "c".repeat(10)];
        let fit = |room, width| fit_into(&lines, room, width);
        assert_eq!(fit(6, 10), lines);
        assert_eq!(fit(5, 10), [&lines[0], &lines[1], "… and 2 more"]);
        assert_eq!(fit(4, 10), [&lines[0], "… and 3 more"]);
        assert_eq!(fit(3, 10), ["… and 4 more"]);
        assert_eq!(fit(4, 80), lines);
        assert_eq!(fit_into(&["漢字漢字".to_string(), "x".into()], 2, 4), ["… and 2 more"]);
    }
}
