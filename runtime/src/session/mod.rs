//! A session: an object, loaded and attached for as long as the session lives.
//!
//! An object's bytes go in; opening only describes it, and the kernel first hears of it when
//! something needs it loaded. Always holds: dropping a session detaches all that it attached and
//! frees its programs and maps; a killed process does the same, because nothing is pinned and
//! attachments are links, wherever the kernel has them.

mod arena;
mod descriptors;
mod error;
mod function;
mod globals;
mod pins;
mod replace;
mod rings;
mod socket;
mod vm;
mod walk;

use std::{
    fs,
    os::fd::{AsFd, OwnedFd},
    path::{Path, PathBuf},
    sync::Arc,
};

use bpfl_stdlib::catalog::{
    attach::TargetKind,
    mode::{AttachMode, MULTI},
    program::ProgramType,
};

use crate::{
    attach::{self, Link, Place, Target},
    btf::shape::Shape,
    load::{Before, LoadError, Loaded, Tell},
    map::{Map, MapError, SocketEntries},
    run::{self, Input, On, Output, Ran, Run},
    spec::{MapSpec, NoSuch, ObjectSpec, ProgramSpec},
    value::Value,
    vm::Machine,
};

pub use error::SessionError;
pub use replace::Replacement;

/// An attachment of a [`Session`], to detach it before the session ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinkId(usize);

/// What is attached to what.
struct Attachment {
    program: String,
    target: Target,
    link: Link,
    mode: &'static AttachMode,
    /// Where its links are pinned.
    pins: Vec<PathBuf>,
}

/// The kind of map that holds the sockets of a group, which no program is attached to.
const REUSEPORT: &str = "reuseport-sockarray";

/// An object and what of it is in the kernel.
///
/// ```no_run
/// use bpfl_runtime::{attach::Target, session::Session, value::Value};
///
/// let mut session = Session::open_file("count-egress.o")?;
/// session.attach("count-egress", &Target::cgroup("/sys/fs/cgroup/some.slice"))?;
/// let packets = session.map("pkt-count")?.lookup(&Value::Int(0))?;
/// # Ok::<(), bpfl_runtime::session::SessionError>(())
/// ```
pub struct Session {
    // Fields are dropped in this order: sockets leave their maps first, and with them the programs
    // that are attached there; then what is attached goes.
    sockets: SocketEntries,
    links: Vec<Option<Attachment>>,
    loaded: Option<Loaded>,
    /// The object in this process, where it is not loaded.
    machine: Option<Machine>,
    spec: ObjectSpec,
    bytes: Vec<u8>,
    /// The bytes as they were opened, where variables in them have been set since.
    original: Option<Vec<u8>>,
    mode: &'static AttachMode,
    before: Before,
}

impl Session {
    /// Opens the bytes of an object. The kernel is not asked for anything.
    ///
    /// # Errors
    /// [`SessionError::Spec`] when they are no BPF object.
    pub fn open(bytes: impl Into<Vec<u8>>) -> Result<Self, SessionError> {
        let bytes = bytes.into();
        let spec = ObjectSpec::parse(&bytes)?;
        Ok(Self {
            sockets: SocketEntries::default(),
            links: Vec::new(),
            loaded: None,
            machine: None,
            spec,
            bytes,
            original: None,
            mode: &MULTI,
            before: Before::default(),
        })
    }

    /// Opens the object in the file `path`.
    ///
    /// # Errors
    /// When the file cannot be read or is no BPF object.
    pub fn open_file(path: impl AsRef<Path>) -> Result<Self, SessionError> {
        let path = path.as_ref();
        let read = fs::read(path);
        Self::open(read.map_err(|source| SessionError::File { path: path.display().to_string(), source })?)
    }

    /// What the object holds.
    pub fn spec(&self) -> &ObjectSpec {
        &self.spec
    }

    /// Says where maps are pinned by their names, before the object is loaded; at first it is
    /// [`DIRECTORY`](crate::pin::DIRECTORY).
    pub fn set_pin_directory(&mut self, directory: impl Into<PathBuf>) {
        self.before.pins = directory.into();
    }

    /// Says who is to be told, as a program is loaded, how much work it was for the verifier.
    pub fn tell_statistics(&mut self, tell: Tell) {
        self.before.statistics = Some(tell);
    }

    /// Says that CO-RE relocations are to be applied here, as they are for kernels before 5.17, and not by
    /// the kernel. The outcome is the same.
    pub fn relocate_here(&mut self) {
        self.before.relocated = true;
    }

    /// A program, loaded.
    fn loaded_program(&mut self, name: &str) -> Result<(&ProgramSpec, &mut Loaded), SessionError> {
        let program = self.spec.program(name)?;
        let ebpf = loaded_or_load(&mut self.loaded, &self.spec, &self.bytes, &self.before)?;
        ebpf.load(&self.spec, program)?;
        Ok((program, ebpf))
    }

    /// Says how programs are attached to cgroups from now on; at first it is [`MULTI`].
    pub fn set_attach_mode(&mut self, mode: &'static AttachMode) {
        self.mode = mode;
    }

    /// Whether one of the programs called `names`, or of all when there are none, is attached to a
    /// cgroup.
    ///
    /// # Errors
    /// When there is no such program.
    pub fn wants_cgroup<N: AsRef<str>>(&self, names: &[N]) -> Result<bool, SessionError> {
        let names = self.names(names)?;
        let rows = names.iter().filter_map(|name| self.spec.program(name).ok()?.row?.attach_type);
        Ok(rows.into_iter().any(|at| at.target == TargetKind::Cgroup))
    }

    /// Makes the maps and loads every program, if that has not been done.
    ///
    /// # Errors
    /// [`SessionError::Load`], with the verifier's log where it refused.
    pub fn load(&mut self) -> Result<(), SessionError> {
        self.load_some::<&str>(&[])
    }

    /// Makes the maps and loads the programs called `names`, or every program when there are none.
    ///
    /// # Errors
    /// As [`Session::load`]; and when there is no such program.
    pub fn load_some<N: AsRef<str>>(&mut self, names: &[N]) -> Result<(), SessionError> {
        if self.machine()?.is_some() {
            return Ok(());
        }
        let Self { loaded, spec, bytes, before, .. } = self;
        let mut chosen: Vec<String> = names.iter().map(|name| name.as_ref().to_string()).collect();
        if chosen.is_empty() {
            // What replaces a function is loaded for that.
            let own = |program: &&ProgramSpec| program.row.is_none_or(|row| row.ty != ProgramType::Ext);
            chosen = spec.programs.iter().filter(own).map(|program| program.name.clone()).collect();
        }
        let ebpf = loaded_or_load(loaded, spec, bytes, before)?;
        for name in chosen {
            ebpf.load(spec, spec.program(&name)?)?;
        }
        Ok(())
    }

    /// Attaches the program called `name`, where `-` and `_` are alike, to `target`. How it is
    /// attached follows from its section.
    ///
    /// # Errors
    /// When there is no such program, or the kernel does not load or attach it.
    pub fn attach(&mut self, name: &str, target: &Target) -> Result<LinkId, SessionError> {
        let Self { loaded, spec, bytes, links, mode, before, .. } = self;
        let program = spec.program(name)?;
        attach::check(spec, program, target)?;
        let ebpf = loaded_or_load(loaded, spec, bytes, before)?;
        let place = match target {
            Target::Map(map) => Place::Fd(own_map(ebpf, spec.map(map)?)?),
            target => attach::open(program, target)?,
        };
        ebpf.load(spec, program)?;
        let handle = ebpf.program(program)?;
        let link = attach::attach(program, handle, target, &place, mode)?;
        let (program, target) = (program.name.clone(), target.clone());
        links.push(Some(Attachment { program, target, link, mode, pins: Vec::new() }));
        Ok(LinkId(links.len() - 1))
    }

    /// Attaches every program to `target`, or none of them.
    ///
    /// # Errors
    /// As [`Session::attach`]; what was attached before the error is detached again.
    pub fn attach_all(&mut self, target: &Target) -> Result<Vec<LinkId>, SessionError> {
        self.attach_some::<&str>(&[], std::slice::from_ref(target))
    }

    /// Attaches the programs called `names`, or every program but iterators when there are none, each to the
    /// first of `targets` that is of its kind; or attaches none of them. A sockmap or sockhash that
    /// is the object's only one need not be among them.
    ///
    /// # Errors
    /// As [`Session::attach`], and when a program has no target; what was attached before the error
    /// is detached again.
    pub fn attach_some<N: AsRef<str>>(
        &mut self,
        names: &[N],
        targets: &[Target],
    ) -> Result<Vec<LinkId>, SessionError> {
        let names = self.names(names)?;
        let before = self.links.len();
        let attached: Result<_, _> = names.iter().map(|name| self.attach_chosen(name, targets)).collect();
        if attached.is_err() {
            self.links.truncate(before);
        }
        attached
    }

    /// Registers the table of functions called `name` with the kernel, until the session ends.
    ///
    /// # Errors
    /// When there is no such table, its functions cannot be loaded, or the kernel refuses it.
    pub fn attach_table(&mut self, name: &str) -> Result<LinkId, SessionError> {
        let Self { loaded, spec, bytes, links, before, mode, .. } = self;
        let names = || spec.tables.iter().map(|table| table.name.as_str());
        let table = spec.table(name).ok_or_else(|| NoSuch::new("table of functions", name, names()))?;
        let ebpf = loaded_or_load(loaded, spec, bytes, before)?;
        let link = Link::of(ebpf.register(spec, table)?);
        let (program, target) = (table.name.clone(), Target::Event(table.kernel.clone()));
        links.push(Some(Attachment { program, target, link, mode, pins: Vec::new() }));
        Ok(LinkId(links.len() - 1))
    }

    fn attach_chosen(&mut self, name: &str, targets: &[Target]) -> Result<LinkId, SessionError> {
        if self.spec.table(name).is_some() {
            return self.attach_table(name);
        }
        let target = attach::choose(&self.spec, self.spec.program(name)?, targets)?;
        self.attach(name, &target)
    }

    /// The programs and tables called `names`, or all but the programs that are reached through maps
    /// and tables, or read.
    fn names<N: AsRef<str>>(&self, names: &[N]) -> Result<Vec<String>, NoSuch> {
        let Self { spec, .. } = self;
        let find = |name: &str| match spec.table(name) {
            Some(table) => Ok(table.name.clone()),
            None => Ok(spec.program(name)?.name.clone()),
        };
        if !names.is_empty() {
            return names.iter().map(|name| find(name.as_ref())).collect();
        }
        let entries: Vec<&String> =
            spec.maps.iter().flat_map(|map| map.entries.iter().map(|(_, name)| name)).collect();
        let called = |program: &ProgramSpec| program.row.is_some_and(|row| row.ty == ProgramType::StructOps);
        let read = |program: &ProgramSpec| program.is_iterator();
        let attached = spec.programs.iter().filter(|program| !called(program) && !read(program));
        let all = attached.map(|program| &program.name);
        let tables = spec.tables.iter().map(|table| table.name.clone());
        Ok(all.filter(|name| !entries.contains(name)).cloned().chain(tables).collect())
    }

    /// Runs the program called `name` with `input`, which must be what its type takes.
    ///
    /// # Errors
    /// When there is no such program, it cannot be loaded, or the kernel does not run it so: programs
    /// of some types only run attached, and each type has its own demands on the input.
    pub fn test_run(&mut self, name: &str, input: &Input<'_>) -> Result<Output, SessionError> {
        if let Some(machine) = self.machine()? {
            return Ok(run::test_run(self.spec.program(name)?, On::Vm(&machine), input)?);
        }
        let (program, ebpf) = self.loaded_program(name)?;
        Ok(run::test_run(program, On::Kernel(ebpf.program(program)?), input)?)
    }

    /// Runs the program called `name` on a packet and the fields of a context.
    ///
    /// ```no_run
    /// # fn show(session: &mut bpfl_runtime::session::Session) -> Result<(), Box<dyn std::error::Error>> {
    /// use bpfl_runtime::{run::{Context, Run}, value::Value};
    /// let context = Context::Fields(vec![("mark".into(), Value::Int(7))]);
    /// let ran = session.run("classify", &Run { data: vec![0; 64], context, repeat: 1 })?;
    /// println!("{} {:?}", ran.value, ran.context.field("mark"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Session::test_run`]; and when programs of its type do not take what is given.
    pub fn run(&mut self, name: &str, of: &Run) -> Result<Ran, SessionError> {
        if let Some(machine) = self.machine()? {
            return Ok(run::run(self.spec.program(name)?, On::Vm(&machine), of)?);
        }
        let (program, ebpf) = self.loaded_program(name)?;
        Ok(run::run(program, On::Kernel(ebpf.program(program)?), of)?)
    }

    /// The programs that are attached, in the order in which they were, and what each is attached
    /// to.
    pub fn attached(&self) -> impl Iterator<Item = (&str, &Target)> {
        self.links.iter().flatten().map(|one| (one.program.as_str(), &one.target))
    }

    /// The attachments there are, each with its program.
    pub fn links(&self) -> impl Iterator<Item = (LinkId, &str)> {
        let held = self.links.iter().enumerate();
        held.filter_map(|(index, link)| Some((LinkId(index), link.as_ref()?.program.as_str())))
    }

    /// What an attachment attaches, and to what; `None` when it is detached.
    pub fn attachment(&self, link: LinkId) -> Option<(&str, &Target)> {
        let attachment = self.links.get(link.0)?.as_ref()?;
        Some((attachment.program.as_str(), &attachment.target))
    }

    /// Detaches one attachment, also where a pin would keep it; whether it was still attached.
    ///
    /// # Errors
    /// When it is pinned, and its links are of a kind that stays until nothing holds it: it stays attached.
    pub fn detach(&mut self, link: LinkId) -> Result<bool, SessionError> {
        let Some(held) = self.links.get_mut(link.0) else { return Ok(false) };
        let Some(attachment) = held else { return Ok(false) };
        if let Some(pin) = attachment.pins.iter().find(|pin| pin.exists()) {
            let (program, pin) = (attachment.program.clone(), pin.clone());
            attachment.link.end().map_err(|source| SessionError::Kept { program, pin, source })?;
        }
        *held = None;
        Ok(true)
    }

    /// Ends it: what was attached is detached, sockets leave their maps, maps and programs are freed.
    /// The object can be loaded again.
    pub fn end(&mut self) {
        self.sockets = SocketEntries::default();
        self.links.clear();
        self.loaded = None;
        self.machine = None;
    }

    /// Detaches everything; maps and programs stay loaded.
    pub fn detach_all(&mut self) {
        self.links.iter_mut().for_each(|link| *link = None);
    }

    /// The map called `name`, where `-` and `_` are alike; loads the object's maps first.
    ///
    /// # Errors
    /// When there is no such map, or the object cannot be loaded.
    pub fn map(&mut self, name: &str) -> Result<Map<'_>, SessionError> {
        if let Some(machine) = self.machine()? {
            return self.map_in_vm(&machine, name);
        }
        let Self { loaded, spec, bytes, before, .. } = self;
        let map = spec.map(name)?;
        open_map(loaded_or_load(loaded, spec, bytes, before)?, map)
    }

    /// Puts `socket` into the sockmap, sockhash or reuseport-sockarray called `name`, under `key`. When the session ends,
    /// the entry is deleted, unless another socket has taken its place by then.
    ///
    /// # Errors
    /// When there is no such map, it holds no sockets, the key does not fit its type, or the kernel
    /// refuses: it takes sockets of TCP that are connected or listen, and bound ones of UDP; a
    /// reuseport-sockarray those of one group.
    pub fn sockmap_update(&mut self, name: &str, key: &Value, socket: impl AsFd) -> Result<(), SessionError> {
        let Self { sockets, loaded, spec, bytes, before, .. } = self;
        let map = spec.map(name)?;
        if map.kind.name != REUSEPORT {
            attach::holds_sockets(spec, map)?;
        }
        let map = open_map(loaded_or_load(loaded, spec, bytes, before)?, map)?;
        Ok(map.put_socket(sockets, key, socket.as_fd())?)
    }

    /// How the struct, union or enumeration called `name` of the object's types is read.
    ///
    /// # Errors
    /// When the object has no such type.
    pub fn shape(&self, name: &str) -> Result<Arc<Shape>, SessionError> {
        Ok(self.spec.shape(name)?)
    }

    /// All maps of the object, in its order; loads them first.
    ///
    /// # Errors
    /// When the object cannot be loaded.
    pub fn maps(&mut self) -> Result<Vec<Map<'_>>, SessionError> {
        if let Some(machine) = self.machine()? {
            return self.maps_in_vm(&machine);
        }
        let Self { loaded, spec, bytes, before, .. } = self;
        let ebpf = &*loaded_or_load(loaded, spec, bytes, before)?;
        spec.maps.iter().map(|map| open_map(ebpf, map)).collect()
    }
}

fn loaded_or_load<'a>(
    loaded: &'a mut Option<Loaded>,
    spec: &ObjectSpec,
    bytes: &[u8],
    before: &Before,
) -> Result<&'a mut Loaded, LoadError> {
    let now = match loaded.take() {
        Some(loaded) => loaded,
        None => Loaded::new(spec, bytes, before)?,
    };
    Ok(loaded.insert(now))
}

/// A descriptor of a map, of our own.
fn own_map(loaded: &Loaded, spec: &MapSpec) -> Result<OwnedFd, LoadError> {
    let fd = loaded.map(&spec.name)?.try_clone_to_owned();
    fd.map_err(|source| LoadError::Map { map: spec.name.clone(), source })
}

fn open_map<'a>(loaded: &'a Loaded, spec: &'a MapSpec) -> Result<Map<'a>, SessionError> {
    Ok(Map::new(spec, loaded.map(&spec.name)?)?)
}
