//! Sockets: of TCP, UDP and the local machine, in the script's own process.
//!
//! Always holds: a socket is closed with its last use; what waits ends with the script's time, or a
//! signal. Sockets do not block: what has to wait does so here.

use std::{
    any::Any,
    cell::RefCell,
    io,
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
    rc::Rc,
    time::{Duration, Instant},
};

use bpfl_compiler::eval::{
    Builtin, Env, Exit, Interp, Kind, Result, Value,
    special::{Special, host_form},
    value::Object,
};
use bpfl_runtime::{set_socket_option, socket_option};
use rustix::{
    event::PollFlags,
    net::{
        self, AddressFamily, Protocol, RecvFlags, SendFlags, SocketAddrAny, SocketAddrUnix, SocketFlags,
        SocketType,
    },
};

use super::{
    convert::{self, to_bytes},
    keys::{Keys, number},
    object::wanted,
    world,
};

type Got<T> = std::result::Result<T, Exit>;

const MANY: usize = usize::MAX;

pub const FORMS: &[Special] = &[host_form("errno", 0, MANY, errno)];

pub const ROWS: &[Builtin] = &[
    Builtin { name: "socket", min: 1, max: 3, call: socket },
    Builtin { name: "bind", min: 1, max: 3, call: bind },
    Builtin { name: "listen", min: 1, max: 2, call: listen },
    Builtin { name: "accept", min: 1, max: 3, call: accept },
    Builtin { name: "connect", min: 2, max: 5, call: connect },
    Builtin { name: "send", min: 2, max: 2, call: send },
    Builtin { name: "send-to", min: 3, max: 4, call: send_to },
    Builtin { name: "recv", min: 1, max: 4, call: recv },
    Builtin { name: "recv-from", min: 1, max: 4, call: recv_from },
    Builtin { name: "close", min: 1, max: 1, call: close },
    Builtin { name: "getsockopt", min: 3, max: 4, call: getsockopt },
    Builtin { name: "setsockopt", min: 4, max: 4, call: setsockopt },
    Builtin { name: "local-address", min: 1, max: 1, call: |_, args| end(&args[0], false, true) },
    Builtin { name: "local-port", min: 1, max: 1, call: |_, args| end(&args[0], false, false) },
    Builtin { name: "peer-address", min: 1, max: 1, call: |_, args| end(&args[0], true, true) },
    Builtin { name: "peer-port", min: 1, max: 1, call: |_, args| end(&args[0], true, false) },
    Builtin {
        name: "socket-fd",
        min: 1,
        max: 1,
        call: |_, args| Ok(i128::from(fd(&args[0])?.as_raw_fd()).into()),
    },
    Builtin { name: "tcp-pair", min: 0, max: 1, call: tcp_pair },
    Builtin { name: "octets-to-string", min: 1, max: 1, call: to_text },
    Builtin {
        name: "string-to-octets",
        min: 1,
        max: 1,
        call: |_, args| Ok(convert::bytes(&to_bytes(&args[0])?)),
    },
];

/// How long calls wait that are not told.
const PATIENCE: Duration = Duration::from_secs(2);

/// A socket, until it is closed.
#[derive(Clone)]
pub struct Socket(Rc<RefCell<Option<Rc<OwnedFd>>>>);

impl Object for Socket {
    fn describe(&self) -> String {
        match &*self.0.borrow() {
            Some(fd) => format!("socket {}", fd.as_raw_fd()),
            None => "closed socket".into(),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Socket {
    fn value(fd: OwnedFd) -> Value {
        Kind::Host(Rc::new(Self(Rc::new(RefCell::new(Some(Rc::new(fd))))))).into()
    }
}

fn handle(value: &Value) -> Got<&Socket> {
    let found = match &value.kind {
        Kind::Host(object) => object.as_any().downcast_ref::<Socket>(),
        _ => None,
    };
    found.ok_or_else(|| wanted("a socket", value))
}

/// A socket's descriptor.
pub fn fd(value: &Value) -> Got<Rc<OwnedFd>> {
    handle(value)?.0.borrow().clone().ok_or_else(|| Exit::error("this socket is closed"))
}

/// What the system refused, of which `errno` tells the number.
fn refused(interp: &mut Interp<'_>, doing: &str, error: impl Into<io::Error>) -> Exit {
    let error = error.into();
    if let Ok(world) = world(interp) {
        world.errno = error.raw_os_error().unwrap_or(0);
    }
    super::object::condition("socket-error", format!("{doing}: {error}"))
}

/// `(errno form…)`: 0, or the number of the error that a call on a socket ended with.
fn errno(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    world(interp)?.errno = 0;
    match interp.progn(args, env) {
        Err(Exit::Error(condition)) if condition.kind == "socket-error" => {
            Ok(i128::from(world(interp)?.errno).into())
        }
        other => other.map(|_| 0.into()),
    }
}

/// Sockets by name.
const KINDS: &[(&str, AddressFamily, SocketType)] = &[
    ("tcp", AddressFamily::INET, SocketType::STREAM),
    ("udp", AddressFamily::INET, SocketType::DGRAM),
    ("tcp6", AddressFamily::INET6, SocketType::STREAM),
    ("udp6", AddressFamily::INET6, SocketType::DGRAM),
    ("unix", AddressFamily::UNIX, SocketType::STREAM),
    ("unix-datagram", AddressFamily::UNIX, SocketType::DGRAM),
];

/// `(socket :tcp)`, or `(socket family type [protocol])` as socket(2) has it.
fn socket(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (family, kind) = match &args[0].kind {
        Kind::Keyword(keyword) => {
            let name = interp.names().text(keyword.folded);
            let known = || KINDS.iter().map(|(name, ..)| format!(":{name}")).collect::<Vec<_>>().join(", ");
            let row = KINDS.iter().find(|(own, ..)| *own == name);
            let row =
                row.ok_or_else(|| Exit::error(format!("there is no socket :{name}; there are {}", known())))?;
            (row.1, row.2)
        }
        _ => {
            let kind = args
                .get(1)
                .ok_or_else(|| Exit::error("a family needs a type: `(socket AF_INET SOCK_DGRAM)`"))?;
            (
                AddressFamily::from_raw(number("family", &args[0])?),
                SocketType::from_raw(number("type", kind)?),
            )
        }
    };
    let protocol = args.get(2).map_or(Ok(0u32), |protocol| number("protocol", protocol))?;
    let protocol = NonZeroU32::new(protocol).map(Protocol::from_raw);
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let made = net::socket_with(family, kind, flags, protocol);
    made.map(Socket::value).map_err(|error| refused(interp, "socket", error))
}

/// An address: a host and a port, or the path of a local socket.
enum Address {
    Net(SocketAddr),
    Unix(SocketAddrUnix),
}

fn address(args: &[Value]) -> Got<Address> {
    let Some(Value { kind: Kind::Str(host), .. }) = args.first() else {
        return Err(wanted("an address such as \"127.0.0.1\"", args.first().unwrap_or(&Value::NIL)));
    };
    if host.contains('/') {
        return SocketAddrUnix::new(&**host)
            .map(Address::Unix)
            .map_err(|_| Exit::error("this path is too long"));
    }
    let ip: IpAddr = match &**host {
        "localhost" => IpAddr::from([127, 0, 0, 1]),
        text => text.parse().map_err(|_| Exit::error(format!("{text:?} is no address of IP")))?,
    };
    let port = args.get(1).map_or(Ok(0), |port| number("port", port))?;
    Ok(Address::Net(SocketAddr::new(ip, port)))
}

/// `(bind socket [host [port]])`: this machine and any port where they are not given.
fn bind(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let socket = fd(&args[0])?;
    let local = [Value::from("127.0.0.1")];
    let bound = match address(if args.len() > 1 { &args[1..] } else { &local })? {
        Address::Net(address) => net::bind(&*socket, &address),
        Address::Unix(address) => net::bind(&*socket, &address),
    };
    bound.map(|()| args[0].clone()).map_err(|error| refused(interp, "bind", error))
}

fn listen(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let backlog = args.get(1).map_or(Ok(16), |backlog| number("backlog", backlog))?;
    let listens = net::listen(&*fd(&args[0])?, backlog);
    listens.map(|()| args[0].clone()).map_err(|error| refused(interp, "listen", error))
}

/// `:timeout`, in milliseconds.
fn patience(interp: &Interp<'_>, args: &[Value]) -> Got<Duration> {
    let keys = Keys::read(interp, args, &["timeout"])?;
    Ok(Duration::from_millis(keys.number("timeout", PATIENCE.as_millis() as u32)?.into()))
}

/// Tries until it need not wait any more; `None` when the time is over.
fn wait<T>(
    interp: &mut Interp<'_>,
    socket: &OwnedFd,
    flags: PollFlags,
    patience: Duration,
    mut attempt: impl FnMut(BorrowedFd<'_>) -> rustix::io::Result<T>,
) -> Got<std::result::Result<Option<T>, io::Error>> {
    let end = Instant::now() + patience;
    loop {
        match attempt(socket.as_fd()) {
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => {}
            Err(error) => return Ok(Err(error.into())),
            Ok(value) => return Ok(Ok(Some(value))),
        }
        if !world(interp)?.wait_for(socket.as_fd(), flags, end).map_err(Exit::Stopped)? {
            return Ok(Ok(None));
        }
    }
}

/// `(accept socket [:timeout ms])`: a socket, or `nil` when nobody has come.
fn accept(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (socket, patience) = (fd(&args[0])?, patience(interp, &args[1..])?);
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let got = wait(interp, &socket, PollFlags::IN, patience, |fd| net::accept_with(fd, flags))?;
    match got {
        Ok(accepted) => Ok(accepted.map_or(Value::NIL, Socket::value)),
        Err(error) => Err(refused(interp, "accept", error)),
    }
}

/// `(connect socket host port [:timeout ms])`, `(connect socket path)`: t, or `nil` when the other end
/// has not answered.
fn connect(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let socket = fd(&args[0])?;
    let options = args.iter().position(|arg| matches!(arg.kind, Kind::Keyword(_))).unwrap_or(args.len());
    let patience = patience(interp, &args[options..])?;
    let begun = match address(&args[1..options])? {
        Address::Net(address) => net::connect(&*socket, &address),
        Address::Unix(address) => net::connect(&*socket, &address),
    };
    match begun {
        Ok(()) => return Ok(interp.truth(true)),
        Err(rustix::io::Errno::INPROGRESS) => {}
        Err(error) => return Err(refused(interp, "connect", error)),
    }
    let end = Instant::now() + patience;
    let answered = world(interp)?.wait_for(socket.as_fd(), PollFlags::OUT, end).map_err(Exit::Stopped)?;
    match net::sockopt::socket_error(&*socket) {
        Ok(Err(error)) | Err(error) => Err(refused(interp, "connect", error)),
        Ok(Ok(())) => Ok(interp.truth(answered)),
    }
}

fn sent(interp: &mut Interp<'_>, result: Got<std::result::Result<Option<usize>, io::Error>>) -> Result {
    match result? {
        Ok(sent) => Ok(sent.map_or(Value::NIL, |sent| (sent as i128).into())),
        Err(error) => Err(refused(interp, "send", error)),
    }
}

/// `(send socket data)`: how many bytes were taken.
fn send(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (socket, data) = (fd(&args[0])?, to_bytes(&args[1])?);
    let flags = SendFlags::NOSIGNAL;
    let result = wait(interp, &socket, PollFlags::OUT, PATIENCE, |fd| net::send(fd, &data, flags));
    sent(interp, result)
}

/// `(send-to socket data host port)`
fn send_to(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (socket, data) = (fd(&args[0])?, to_bytes(&args[1])?);
    let to = address(&args[2..])?;
    let flags = SendFlags::NOSIGNAL;
    let result = wait(interp, &socket, PollFlags::OUT, PATIENCE, |fd| match &to {
        Address::Net(to) => net::sendto(fd, &data, flags, to),
        Address::Unix(to) => net::sendto(fd, &data, flags, to),
    });
    sent(interp, result)
}

/// Room for what is received, where that is not said.
const ROOM: usize = 65_536;

/// The size and the patience of a call that receives.
fn receiving(interp: &Interp<'_>, args: &[Value]) -> Got<(usize, Duration)> {
    let sized = args.get(1).filter(|size| matches!(size.kind, Kind::Int(_)));
    let room = sized.map_or(Ok(ROOM as u32), |size| number("size", size))? as usize;
    let options = if sized.is_some() { 2 } else { 1 };
    Ok((room.min(1 << 24), patience(interp, &args[options.min(args.len())..])?))
}

/// `(recv socket [size] [:timeout ms])`: the bytes, none at the end of a stream, `nil` when nothing comes.
fn recv(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (socket, (room, patience)) = (fd(&args[0])?, receiving(interp, args)?);
    let mut data = vec![0; room];
    let got = wait(interp, &socket, PollFlags::IN, patience, |fd| {
        net::recv(fd, data.as_mut_slice(), RecvFlags::empty()).map(|(count, _)| count)
    })?;
    match got {
        Ok(count) => Ok(count.map_or(Value::NIL, |count| convert::bytes(&data[..count]))),
        Err(error) => Err(refused(interp, "recv", error)),
    }
}

/// `(recv-from socket [size] [:timeout ms])`: the bytes, and the host and port that they are from.
fn recv_from(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (socket, (room, patience)) = (fd(&args[0])?, receiving(interp, args)?);
    let mut data = vec![0; room];
    let got = wait(interp, &socket, PollFlags::IN, patience, |fd| {
        net::recvfrom(fd, data.as_mut_slice(), RecvFlags::empty()).map(|(count, _, from)| (count, from))
    })?;
    match got {
        Err(error) => Err(refused(interp, "recv", error)),
        Ok(None) => Ok(Value::NIL),
        Ok(Some((count, from))) => {
            let (host, port) = shown(from)?;
            Ok(interp.give(vec![convert::bytes(&data[..count]), host, port]))
        }
    }
}

fn close(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let open = handle(&args[0])?.0.borrow_mut().take();
    Ok(interp.truth(open.is_some()))
}

/// `(getsockopt socket level name [size])`: a number, when it is one of 1, 2, 4 or 8 bytes and the size
/// is one of these; else bytes.
fn getsockopt(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let socket = fd(&args[0])?;
    let (level, name) = (number("level", &args[1])?, number("name", &args[2])?);
    let size = args.get(3).map_or(Ok(4u32), |size| number("size", size))?.min(1 << 20) as usize;
    let bytes =
        socket_option(&*socket, level, name, size).map_err(|error| refused(interp, "getsockopt", error))?;
    if !matches!(size, 1 | 2 | 4 | 8) || bytes.len() != size {
        return Ok(convert::bytes(&bytes));
    }
    let mut wide = [0; 16];
    wide[..size].copy_from_slice(&bytes);
    let number = i128::from_le_bytes(wide);
    // An option of 4 bytes is C's `int`.
    Ok(if size == 4 { i128::from(number as u32 as i32) } else { number }.into())
}

/// `(setsockopt socket level name value)`: the value is C's `int`, or bytes.
fn setsockopt(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let socket = fd(&args[0])?;
    let (level, name) = (number("level", &args[1])?, number("name", &args[2])?);
    let value = match args[3].kind {
        Kind::Int(_) => number::<i32>("value", &args[3])?.to_ne_bytes().to_vec(),
        _ => to_bytes(&args[3])?,
    };
    let set = set_socket_option(&*socket, level, name, &value);
    set.map(|()| args[3].clone()).map_err(|error| refused(interp, "setsockopt", error))
}

fn shown(address: Option<SocketAddrAny>) -> Got<(Value, Value)> {
    let net = address.clone().and_then(|address| SocketAddr::try_from(address).ok());
    if let Some(net) = net {
        return Ok((net.ip().to_string().into(), i128::from(net.port()).into()));
    }
    let unix = address.and_then(|address| SocketAddrUnix::try_from(address).ok());
    let path = unix.and_then(|unix| unix.path().map(|path| path.to_string_lossy().into_owned()));
    Ok((path.map_or(Value::NIL, Value::from), Value::NIL))
}

/// The address or the port of one end.
fn end(socket: &Value, peer: bool, address: bool) -> Result {
    let socket = fd(socket)?;
    let found = if peer { net::getpeername(&*socket) } else { net::getsockname(&*socket).map(Some) };
    let found = found.map_err(|error| {
        super::object::condition(
            "socket-error",
            format!("this end has no address: {}", io::Error::from(error)),
        )
    })?;
    let (host, port) = shown(found)?;
    Ok(if address { host } else { port })
}

/// `(tcp-pair [host])`: the two ends of a connection on this machine.
fn tcp_pair(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let host = args.first().cloned().unwrap_or_else(|| "127.0.0.1".into());
    let is6 = matches!(&host.kind, Kind::Str(text) if text.contains(':'));
    let kind = Kind::Keyword(interp.symbol(if is6 { "tcp6" } else { "tcp" }));
    let (listener, client) = (socket(interp, &[kind.clone().into()])?, socket(interp, &[kind.into()])?);
    bind(interp, &[listener.clone(), host.clone(), 0.into()])?;
    listen(interp, std::slice::from_ref(&listener))?;
    let port = end(&listener, false, false)?;
    connect(interp, &[client.clone(), host, port])?;
    let server = accept(interp, &[listener])?;
    Ok(interp.give(vec![client, server]))
}

fn to_text(_: &mut Interp<'_>, args: &[Value]) -> Result {
    Ok(String::from_utf8_lossy(&to_bytes(&args[0])?).into_owned().into())
}
