//! A network of hosts: each a thread with a network namespace of its own and an interface `eth0`, all of
//! them on one bridge. It goes with the threads.

use std::{
    io,
    process::Command,
    sync::mpsc::{Receiver, Sender, channel},
    thread::{self, JoinHandle},
};

use rustix::{
    fd::AsRawFd,
    net::{AddressFamily, SocketType, socket},
    thread::{UnshareFlags, gettid, unshare_unsafe},
};

type Job = Box<dyn FnOnce() + Send>;

/// A bridge, in a namespace of its own.
pub struct Switch {
    hosts: u8,
}

/// A host on it.
pub struct Host {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    /// Its number, from 1: its address is 10.0.0.N, fd00::N and 02:00:00:00:00:0N.
    pub number: u8,
}

/// Does `test` on a thread that has a switch; says so where there are no namespaces or no `ip`.
pub fn with_switch(test: impl FnOnce(&mut Switch) + Send + 'static) {
    let alone = || match alone() {
        Ok(()) => test(&mut Switch { hosts: 0 }),
        Err(reason) => println!("skipped: {reason}"),
    };
    if let Err(panic) = thread::spawn(alone).join() {
        std::panic::resume_unwind(panic);
    }
}

fn alone() -> Result<(), String> {
    unshare().map_err(|error| format!("there are no network namespaces here ({error})"))?;
    for command in ["link add br0 type bridge", "link set br0 up"] {
        ip(command).map_err(|error| format!("`ip {command}` does not work here ({error})"))?;
    }
    Ok(())
}

fn unshare() -> io::Result<()> {
    // SAFETY: a network namespace is a thread's own, nothing in memory changes.
    Ok(unsafe { unshare_unsafe(UnshareFlags::NEWNET) }?)
}

/// `ip` with these words.
pub fn ip(words: &str) -> io::Result<()> {
    let output = Command::new("ip").args(words.split(' ')).output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}

impl Switch {
    /// Plugs in another host.
    pub fn host(&mut self) -> Host {
        self.hosts += 1;
        let number = self.hosts;
        let (jobs, work) = channel::<Job>();
        let (ready, started) = channel();
        let thread = thread::spawn(move || serve(&ready, &work));
        let id = started.recv().unwrap();
        ip(&format!("link add p{number} type veth peer name eth0 netns {id}")).unwrap();
        ip(&format!("link set p{number} master br0 up")).unwrap();
        let host = Host { jobs: Some(jobs), thread: Some(thread), number };
        host.run(move || {
            ip("link set lo up").unwrap();
            ip(&format!("link set eth0 address 02:00:00:00:00:0{number} up")).unwrap();
            ip(&format!("addr add 10.0.0.{number}/24 dev eth0")).unwrap();
            ip(&format!("addr add fd00::{number}/64 dev eth0 nodad")).unwrap();
            // Checksums are whole when XDP sees them.
            feature("eth0", CHECKSUM, false).unwrap();
        });
        host
    }
}

fn serve(ready: &Sender<i32>, work: &Receiver<Job>) {
    unshare().unwrap();
    ready.send(gettid().as_raw_nonzero().get()).unwrap();
    work.iter().for_each(|job| job());
}

impl Host {
    /// Does something there.
    pub fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> T {
        let (done, result) = channel();
        let job = move || drop(done.send(job()));
        self.jobs.as_ref().unwrap().send(Box::new(job)).unwrap();
        result.recv().expect("the job has failed")
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        drop(self.jobs.take());
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(matches!(ended, Some(Ok(()))) || thread::panicking());
    }
}

/// `ETHTOOL_STXCSUM` (include/uapi/linux/ethtool.h).
const CHECKSUM: u32 = 0x17;

/// Turns a feature of an interface on or off.
fn feature(interface: &str, command: u32, on: bool) -> io::Result<()> {
    let socket = socket(AddressFamily::INET, SocketType::DGRAM, None)?;
    let mut value = [command, u32::from(on)];
    // SAFETY: all zeroes are a valid `ifreq`.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    request.ifr_name.iter_mut().zip(interface.bytes()).for_each(|(to, from)| *to = from.cast_signed());
    request.ifr_ifru.ifru_data = value.as_mut_ptr().cast();
    // SAFETY: the request and the value that it points to outlive the call.
    match unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCETHTOOL as _, &raw mut request) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
