//! Input from a terminal: lines that can be edited, with history and completion.
//!
//! The editor is in a thread of its own, so that a signal can end the repl while it waits for a key. Always
//! holds: the terminal is left as it was found; that the history cannot be read or written is no error.

use std::{
    borrow::Cow,
    env,
    fs::{DirBuilder, OpenOptions},
    io::{Read, Write, stdin},
    os::{
        fd::AsFd,
        unix::{
            fs::{DirBuilderExt, OpenOptionsExt},
            net::UnixStream,
        },
    },
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use bpfl_compiler::read::complete::is_complete;
use rustix::{
    event::PollFlags,
    termios::{OptionalActions, Termios, tcgetattr, tcsetattr},
};
use rustyline::{
    CompletionType, Config, Context, Editor, Helper,
    completion::Completer,
    error::ReadlineError,
    highlight::{CmdKind, Highlighter, MatchingBracketHighlighter},
    hint::Hinter,
    history::FileHistory,
    validate::{ValidationContext, ValidationResult, Validator},
};

use super::{
    complete::{Words, complete},
    input::{Got, Piece, Wait},
};
use crate::output;

const PROMPT: &str = "bpfl> ";
/// The same in bold.
const BOLD_PROMPT: &str = "\x1b[1mbpfl>\x1b[0m ";

/// How many lines of history are kept.
const REMEMBERED: usize = 10_000;

/// What the editor completes with, which changes as things are defined.
pub type Shared = Arc<Mutex<Words>>;

/// The terminal, with its editor.
pub struct Terminal {
    ask: mpsc::Sender<()>,
    answers: mpsc::Receiver<rustyline::Result<String>>,
    /// Something comes here with each answer.
    bell: UnixStream,
    /// How the terminal was found.
    found: Option<Termios>,
    lines: u32,
}

impl Terminal {
    /// Standard input, which is a terminal.
    ///
    /// # Errors
    /// When it cannot be edited on.
    pub fn new(words: Shared) -> Result<Self, String> {
        let found = tcgetattr(stdin()).ok();
        let config = Config::builder().completion_type(CompletionType::List).auto_add_history(true);
        let config = config.max_history_size(REMEMBERED).map_err(|error| error.to_string())?;
        let config = config.history_ignore_dups(true).map_err(|error| error.to_string())?.build();
        let (ask, asked) = mpsc::channel();
        let (answer, answers) = mpsc::channel();
        let (bell, rings) = UnixStream::pair().map_err(|error| error.to_string())?;
        let edit = move || edit(config, words, &asked, &answer, rings);
        thread::Builder::new().name("editor".into()).spawn(edit).map_err(|error| error.to_string())?;
        Ok(Self { ask, answers, bell, found, lines: 0 })
    }

    /// The next piece.
    ///
    /// # Errors
    /// When waiting is ended, or the terminal is gone.
    pub fn next(&mut self, wait: Wait<'_>) -> Result<Got, String> {
        let gone = || "the terminal is gone".to_string();
        self.ask.send(()).map_err(|_| gone())?;
        wait(self.bell.as_fd(), PollFlags::IN)?;
        let _ = self.bell.read(&mut [0]);
        match self.answers.recv().map_err(|_| gone())? {
            Ok(text) => {
                let lines_before = self.lines;
                self.lines += text.matches('\n').count() as u32 + 1;
                Ok(Got::Piece(Piece { text, lines_before }))
            }
            Err(ReadlineError::Interrupted) => Ok(Got::Dropped),
            Err(ReadlineError::Eof) => Ok(Got::End),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some(found) = &self.found {
            // Where the terminal is gone there is nothing to leave in order.
            let _ = tcsetattr(stdin(), OptionalActions::Now, found);
        }
    }
}

/// Reads a piece each time that it is asked for one.
fn edit(
    config: Config,
    words: Shared,
    asked: &mpsc::Receiver<()>,
    answer: &mpsc::Sender<rustyline::Result<String>>,
    mut rings: UnixStream,
) {
    let history = history();
    let mut editor = Editor::<Assistant, FileHistory>::with_config(config).map(|mut editor| {
        editor.set_helper(Some(Assistant { words, brackets: MatchingBracketHighlighter::new() }));
        if let Some(path) = &history {
            let _ = editor.load_history(path);
        }
        editor
    });
    while asked.recv().is_ok() {
        let line = match &mut editor {
            Ok(editor) => read_line(editor, history.as_ref()),
            Err(error) => Err(ReadlineError::Io(std::io::Error::other(error.to_string()))),
        };
        if answer.send(line).is_err() || rings.write_all(&[0]).is_err() {
            return;
        }
    }
}

fn read_line(
    editor: &mut Editor<Assistant, FileHistory>,
    history: Option<&PathBuf>,
) -> rustyline::Result<String> {
    let line = loop {
        match editor.readline(&(PROMPT, if output::color() { BOLD_PROMPT } else { PROMPT })) {
            // The window has another size.
            Err(ReadlineError::Signal(_)) => {}
            line => break line,
        }
    };
    if let (Ok(_), Some(path)) = (&line, history) {
        let _ = editor.append_history(path);
    }
    line
}

/// The file with the history, which nobody else can read; `None` where there can be none.
fn history() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = set("XDG_STATE_HOME").filter(|path| path.is_absolute());
    let folder = state.or_else(|| Some(set("HOME")?.join(".local/state")))?.join("bpfl");
    DirBuilder::new().recursive(true).mode(0o700).create(&folder).ok()?;
    let file = folder.join("history");
    OpenOptions::new().append(true).create(true).mode(0o600).open(&file).ok()?;
    Some(file)
}

/// What helps while a line is edited.
struct Assistant {
    words: Shared,
    brackets: MatchingBracketHighlighter,
}

impl Helper for Assistant {}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input();
        let whole = text.starts_with(',') || is_complete(text);
        Ok(if whole { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(complete(&words, line, position))
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, position: usize) -> Cow<'l, str> {
        match output::color() {
            true => self.brackets.highlight(line, position),
            false => Cow::Borrowed(line),
        }
    }

    fn highlight_char(&self, line: &str, position: usize, kind: CmdKind) -> bool {
        self.brackets.highlight_char(line, position, kind)
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        match output::color() {
            true => Cow::Owned(format!("\x1b[2m{hint}\x1b[0m")),
            false => Cow::Borrowed(hint),
        }
    }
}

impl Hinter for Assistant {
    type Hint = String;
}
