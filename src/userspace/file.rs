//! Files and standard input, line by line.
//!
//! Always holds: a file is open for as long as the body of `with-open-file` takes, however that ends; waiting
//! for input ends with the script's time and with a signal.

use std::{
    any::Any,
    cell::RefCell,
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write, stdin},
    os::fd::{AsFd, OwnedFd},
    path::Path,
    rc::Rc,
    time::{Duration, Instant},
};

use bpfl_compiler::eval::{
    Builtin, Env, Exit, Interp, Kind, MANY, Result, Value,
    special::{Special, host_form},
    value::Object,
};
use rustix::event::PollFlags;

use super::{
    keys::Keys,
    object::{condition, wanted},
    objects::name,
    world,
};
use crate::output;

pub const FORMS: &[Special] = &[host_form("with-open-file", 1, MANY, with_open_file)];

pub const ROWS: &[Builtin] = &[
    Builtin { name: "read-line", min: 0, max: 3, call: read_line },
    Builtin { name: "probe-file", min: 1, max: 1, call: probe_file },
];

/// The variable that standard input is.
const INPUT: &str = "*standard-input*";

/// Defines the streams that are always there.
pub fn define(interp: &mut Interp<'_>) {
    let truth = interp.truth(true);
    let input = stdin().as_fd().try_clone_to_owned().map_or(Way::Closed, |fd| Way::Input(Input::new(fd)));
    for (name, stream) in [
        (INPUT, Stream::value("standard input", input)),
        ("*standard-output*", truth),
        ("*error-output*", Stream::value("standard error", Way::Error)),
    ] {
        let symbol = interp.symbol(name);
        interp.set_variable(symbol, stream);
    }
}

/// Where text comes from or goes to.
struct Stream {
    name: String,
    way: RefCell<Way>,
}

enum Way {
    Input(Input),
    Output(BufWriter<File>),
    /// Standard error, which has no end.
    Error,
    Closed,
}

/// What has been read of a file, and not been given to anybody.
struct Input {
    fd: OwnedFd,
    bytes: Vec<u8>,
    /// Where among them what nobody was given starts.
    start: usize,
    /// Up to where no line ends.
    searched: usize,
    ended: bool,
}

impl Object for Stream {
    fn describe(&self) -> String {
        format!("stream of {}", self.name)
    }

    fn write(&self, text: &str) -> Option<std::result::Result<(), String>> {
        match &mut *self.way.borrow_mut() {
            Way::Output(file) => {
                Some(file.write_all(text.as_bytes()).map_err(|error| self.unwritten(&error)))
            }
            Way::Error => {
                output::tell(text);
                Some(Ok(()))
            }
            Way::Closed => Some(Err(format!("{} is closed", self.name))),
            Way::Input(_) => None,
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Stream {
    fn value(name: &str, way: Way) -> Value {
        Kind::Host(Rc::new(Self { name: name.into(), way: RefCell::new(way) })).into()
    }

    fn of(value: &Value) -> std::result::Result<&Self, Exit> {
        let stream = match &value.kind {
            Kind::Host(object) => object.as_any().downcast_ref(),
            _ => None,
        };
        stream.ok_or_else(|| wanted("a stream", value))
    }

    fn unwritten(&self, error: &io::Error) -> String {
        format!("{} cannot be written ({error})", self.name)
    }

    /// Nothing is read from it or written to it any more.
    fn close(&self) -> std::result::Result<(), Exit> {
        match self.way.replace(Way::Closed) {
            Way::Output(mut file) => {
                file.flush().map_err(|error| condition("file-error", self.unwritten(&error)))
            }
            _ => Ok(()),
        }
    }
}

/// `(with-open-file (stream path [:direction :input | :output] [:if-exists :error | :supersede | :append | nil]
/// [:if-does-not-exist :error | nil]) form…)`
fn with_open_file(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let header = args[0].elements().filter(|header| header.len() >= 2);
    let header = header.ok_or_else(|| wanted("`(stream path)`", &args[0]).at(args[0].origin))?;
    let variable = header[0].symbol().ok_or_else(|| wanted("a name", &header[0]).at(header[0].origin))?;
    let mut given = Vec::with_capacity(header.len() - 1);
    for form in &header[1..] {
        given.push(interp.eval(form, env)?);
    }
    let stream = open(interp, &given).map_err(|exit| exit.at(args[0].origin))?;
    let scope = env.bind(variable.folded, stream.clone());
    let result = interp.progn(&args[1..], &scope);
    if stream.is_nil() {
        return result;
    }
    let closed = Stream::of(&stream)?.close();
    result.and_then(|value| closed.map(|()| value))
}

/// Opens a file; nil where it is not as it should be, and nil is asked for then.
fn open(interp: &mut Interp<'_>, given: &[Value]) -> Result {
    let path = name(interp, &given[0])?;
    let keys = Keys::read(interp, &given[1..], &["direction", "if-exists", "if-does-not-exist"])?;
    let word = |key: &str| {
        let word = keys.get(key).map(|value| interp.plain(value).trim_start_matches(':').to_lowercase());
        word.unwrap_or_else(|| if key == "direction" { "input" } else { "error" }.into())
    };
    let mut options = OpenOptions::new();
    let (missing, there) = (word("if-does-not-exist"), word("if-exists"));
    match (word("direction").as_str(), there.as_str()) {
        ("input", _) => options.read(true),
        ("output", "supersede") => options.write(true).create(true).truncate(true),
        ("output", "append") => options.append(true).create(true),
        ("output", "error" | "nil") => options.write(true).create_new(true),
        ("output", other) => {
            return Err(Exit::error(format!(
                "`:if-exists` is :error, :supersede, :append or nil, not {other}"
            )));
        }
        (other, _) => return Err(Exit::error(format!("`:direction` is :input or :output, not {other}"))),
    };
    let reads = word("direction") == "input";
    match options.open(&path) {
        Ok(file) if reads => Ok(Stream::value(&path, Way::Input(Input::new(file.into())))),
        Ok(file) => Ok(Stream::value(&path, Way::Output(BufWriter::new(file)))),
        Err(error) if error.kind() == io::ErrorKind::NotFound && reads && missing == "nil" => Ok(Value::NIL),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && there == "nil" => Ok(Value::NIL),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(condition(
            "file-error",
            format!(
                "`{path}` is there already; `:if-exists :supersede` writes it anew, `:append` behind what it has"
            ),
        )),
        Err(error) => Err(condition("file-error", format!("`{path}` cannot be opened ({error})"))),
    }
}

/// `(read-line [stream [error-at-end [value-at-end]]])`: the next line, without its end.
fn read_line(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let given = args.first().filter(|stream| matches!(stream.kind, Kind::Host(_)));
    let input = interp.symbol(INPUT);
    let stream = match (given, args.first()) {
        (Some(stream), _) => stream.clone(),
        (None, Some(other)) if !other.is_nil() && !matches!(other.kind, Kind::Symbol(_)) => {
            return Err(wanted("a stream", other));
        }
        _ => interp.global_variable(input).unwrap_or_default(),
    };
    let stream = Stream::of(&stream)?;
    let mut way = stream.way.borrow_mut();
    let line = match &mut *way {
        Way::Input(input) => input.line(interp, &stream.name)?,
        Way::Closed => return Err(condition("stream-error", format!("{} is closed", stream.name))),
        _ => return Err(Exit::of("type-error", "this stream is written to, and one to read is wanted here")),
    };
    match (line, args.get(1).is_none_or(|error| !error.is_nil())) {
        (Some(line), _) => Ok(line.as_str().into()),
        (None, true) => Err(condition("end-of-file", format!("{} has no more lines", stream.name))),
        (None, false) => Ok(args.get(2).cloned().unwrap_or_default()),
    }
}

/// `(probe-file path)`: the path, if there is something.
fn probe_file(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let path = name(interp, &args[0])?;
    Ok(if Path::new(&path).exists() { args[0].clone() } else { Value::NIL })
}

/// What is read at once.
const CHUNK: usize = 1 << 16;
/// What is waited for at most; then it is waited again.
const LONG: Duration = Duration::from_secs(3600);

impl Input {
    fn new(fd: OwnedFd) -> Self {
        Self { fd, bytes: Vec::new(), start: 0, searched: 0, ended: false }
    }

    /// The next line; none behind the last.
    fn line(&mut self, interp: &mut Interp<'_>, name: &str) -> std::result::Result<Option<String>, Exit> {
        loop {
            let end = self.bytes[self.searched..].iter().position(|byte| *byte == b'\n');
            if let Some(end) = end.map(|end| self.searched + end) {
                let line = String::from_utf8_lossy(&self.bytes[self.start..end]).into_owned();
                (self.start, self.searched) = (end + 1, end + 1);
                return Ok(Some(line));
            }
            self.searched = self.bytes.len();
            if self.ended {
                let last = &self.bytes[std::mem::replace(&mut self.start, self.searched)..];
                return Ok((!last.is_empty()).then(|| String::from_utf8_lossy(last).into_owned()));
            }
            let until = Instant::now() + LONG;
            if world(interp)?.wait_for(self.fd.as_fd(), PollFlags::IN, until).map_err(Exit::Stopped)? {
                self.read(name)?;
            }
        }
    }

    fn read(&mut self, name: &str) -> std::result::Result<(), Exit> {
        self.searched -= self.start;
        self.bytes.drain(..std::mem::take(&mut self.start));
        let before = self.bytes.len();
        self.bytes.resize(before + CHUNK, 0);
        let count = rustix::io::retry_on_intr(|| rustix::io::read(&self.fd, &mut self.bytes[before..]));
        self.bytes.truncate(before + *count.as_ref().unwrap_or(&0));
        self.ended = count.as_ref().is_ok_and(|count| *count == 0);
        count.map(drop).map_err(|error| condition("file-error", format!("{name} cannot be read ({error})")))
    }
}
