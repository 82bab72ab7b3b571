//! Sockets that were put into a map, for as long as the session lasts that put them there.
//!
//! Always holds: an entry is deleted with its session, unless another socket has taken its
//! place meanwhile. A socket in a map keeps the map's program, so that without this a session's
//! verdicts would outlive it.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
};

use crate::sys::RawMap;

/// The entries that a session has put into its maps of sockets; dropping them deletes them.
#[derive(Debug, Default)]
pub(crate) struct SocketEntries(Vec<SocketEntry>);

/// An entry of a sockmap or sockhash; dropping it deletes it.
#[derive(Debug)]
struct SocketEntry {
    map: OwnedFd,
    map_id: u32,
    key: Vec<u8>,
    /// Which socket it is; `None` when the map's values are too narrow to say.
    cookie: Option<Vec<u8>>,
}

impl SocketEntries {
    /// Puts into `map` under `key` the socket whose descriptor is in `value`.
    pub(crate) fn put(&mut self, map: OwnedFd, key: Vec<u8>, value: &[u8]) -> io::Result<()> {
        let raw = RawMap::new(map.as_fd(), 1)?;
        raw.update(&key, value, 0)?;
        let (map_id, cookie) = (raw.id(), cookie(&map, &key));
        // Of two for one key, the older would delete what the newer has put there.
        match self.0.iter_mut().find(|old| old.map_id == map_id && old.key == key) {
            Some(old) => old.cookie = cookie,
            None => self.0.push(SocketEntry { map, map_id, key, cookie }),
        }
        Ok(())
    }
}

/// The cookie of the socket under `key`: userspace reads it from maps with values of 8 bytes only
/// (`sock_map_lookup_sys`, net/core/sock_map.c).
fn cookie(map: &OwnedFd, key: &[u8]) -> Option<Vec<u8>> {
    RawMap::new(map.as_fd(), 1).ok()?.lookup(key).ok().flatten()
}

impl Drop for SocketEntry {
    fn drop(&mut self) {
        if self.cookie == cookie(&self.map, &self.key)
            && let Ok(map) = RawMap::new(self.map.as_fd(), 1)
        {
            // A socket that was closed has left the map by itself.
            let _ = map.delete(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        net::UdpSocket,
        os::fd::{AsFd, AsRawFd},
    };

    use aya::maps::MapData;

    use bpfl_compiler::{
        diagnostic::Diagnostics,
        driver::{Options, compile},
        source::SourceMap,
    };

    use crate::{host, map::Map, session::Session, value::Value};

    /// Two maps of sockets, whose values are of both widths.
    const SOURCE: &str = "
        (defmap wide :type :sockmap :key u32 :value u64 :max-entries 4)
        (defmap narrow :type :sockhash :key u64 :value u32 :max-entries 4)
        (defprog pass (:section \"sk_msg\") SK_PASS)";

    fn session() -> Session {
        let mut sources = SourceMap::new();
        let file = sources.add("sockets.lisp", SOURCE);
        let mut diagnostics = Diagnostics::default();
        let compiled = compile(&mut sources, file, &Options::default(), &mut diagnostics);
        Session::open(compiled.expect("it compiles").object).unwrap()
    }

    fn socket() -> UdpSocket {
        // Bound is enough for UDP (`sock_map_sk_state_allowed`, net/core/sock_map.c).
        UdpSocket::bind("127.0.0.1:0").unwrap()
    }

    /// A session and a map of it that outlives it.
    fn kept(name: &str) -> (Session, MapData) {
        let mut session = session();
        let fd = session.map(name).unwrap().fd().unwrap().try_clone_to_owned().unwrap();
        (session, MapData::from_fd(fd).unwrap())
    }

    /// Whether `key` is there, in a map whose keys are `u32`: deleting it tells.
    fn takes_away(session: &Session, name: &str, kept: &MapData, key: i128) -> bool {
        let fd = kept.fd().as_fd();
        Map::new(session.spec().map(name).unwrap(), fd).unwrap().delete(&Value::Int(key)).is_ok_and(|was| was)
    }

    #[test]
    fn entries_go_with_the_session() {
        if !host::report().ready {
            return println!("skipped: this user cannot make maps of sockets here");
        }
        let other = session();
        for name in ["wide", "narrow"] {
            let ((mut session, kept), socket) = (kept(name), socket());
            session.sockmap_update(name, &Value::Int(1), &socket).unwrap();
            session.sockmap_update(name, &Value::Int(1), &socket).unwrap();
            session.map(name).unwrap().update(&Value::Int(2), &fd(&socket), 0).unwrap();
            drop(session);
            assert!(!takes_away(&other, name, &kept, 1), "{name}: its own entry is still there");
            assert!(takes_away(&other, name, &kept, 2), "{name}: another's entry is gone");
        }
    }

    #[test]
    fn what_has_taken_the_place_of_an_entry_stays() {
        if !host::report().ready {
            return println!("skipped: this user cannot make maps of sockets here");
        }
        let ((mut session, kept), [mine, others]) = (kept("wide"), [socket(), socket()]);
        session.sockmap_update("wide", &Value::Int(1), &mine).unwrap();
        session.map("wide").unwrap().update(&Value::Int(1), &fd(&others), 0).unwrap();
        drop(session);
        assert!(takes_away(&self::session(), "wide", &kept, 1), "another's entry is gone");
    }

    #[test]
    fn only_maps_of_sockets_take_sockets() {
        if !host::report().ready {
            return println!("skipped: this user cannot make maps of sockets here");
        }
        let mut session = session();
        let error = session.sockmap_update("wyde", &Value::Int(1), socket()).unwrap_err().to_string();
        assert!(error.contains("no map `wyde`; did you mean `wide`?"), "{error}");
        let file = std::fs::File::open("/dev/null").unwrap();
        let error = session.sockmap_update("wide", &Value::Int(1), &file).unwrap_err().to_string();
        assert!(error.starts_with("map `wide` cannot be changed ("), "{error}");
    }

    fn fd(socket: &UdpSocket) -> Value {
        Value::Int(socket.as_raw_fd().into())
    }
}
