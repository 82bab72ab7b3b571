//! Programs on an interface and on a network namespace, both made for the test: each test is a thread
//! with a network of its own, which goes with it.

use std::{
    io,
    net::{TcpListener, TcpStream, UdpSocket},
    process::Command,
    time::Duration,
};

use bpfl_runtime::attach::{Direction, NetfilterHook, Target, Via, Way};
use rustix::thread::{UnshareFlags, unshare_unsafe};

use crate::{global, ready, session, told};

/// Runs `test` in a network of its own, with its loopback interface up.
pub fn alone(test: fn()) {
    if !ready() {
        return;
    }
    let body = move || {
        // SAFETY: a network namespace is a thread's own, nothing in memory changes.
        if let Err(error) = unsafe { unshare_unsafe(UnshareFlags::NEWNET) } {
            return println!("skipped: there are no network namespaces here ({error})");
        }
        let up = Command::new("ip").args(["link", "set", "lo", "up"]).status();
        if !up.is_ok_and(|status| status.success()) {
            return println!("skipped: `ip` does not work here");
        }
        test();
    };
    std::thread::spawn(body).join().unwrap();
}

/// Sends a datagram to a socket of this network; whether it arrives.
pub fn arrives() -> bool {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    receiver.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    // Some hooks refuse it here already.
    let _ = sender.send_to(b"hello", receiver.local_addr().unwrap());
    receiver.recv(&mut [0; 8]).is_ok()
}

/// What comes in through the loopback interface, or goes out.
pub fn traffic(direction: Option<Direction>, via: Via) -> Target {
    Target::Traffic { interface: "lo".into(), direction, via }
}

/// Attaches a program that drops and counts what it has `seen`, and detaches it.
pub fn drops(source: &str, target: &Target) {
    let mut session = session(source);
    assert!(arrives());
    session.attach("p", target).unwrap_or_else(|error| panic!("{}", told(&error)));
    assert!(!arrives());
    assert!(global(&mut session, "seen") > 0);
    drop(session);
    assert!(arrives());
}

#[test]
fn xdp_on_an_interface() {
    alone(|| {
        drops("(defvar seen u64) (defprog p (:type :xdp) (incf seen) XDP_DROP)", &Target::interface("lo"));
    });
}

#[test]
fn tcx_on_both_sides_of_an_interface() {
    alone(|| {
        for side in ["ingress", "egress"] {
            let source =
                format!("(defvar seen u64) (defprog p (:section \"tcx/{side}\") (incf seen) TC_ACT_SHOT)");
            drops(&source, &Target::interface("lo"));
        }
    });
}

#[test]
fn traffic_of_a_program_that_leaves_the_direction_open() {
    alone(|| {
        let source = "(defvar seen u64) (defprog p (:section \"tc\") (incf seen) TC_ACT_SHOT)";
        for direction in [Direction::Ingress, Direction::Egress] {
            drops(source, &traffic(Some(direction), Via::Any));
        }
        let error = session(source).attach("p", &Target::interface("lo")).unwrap_err().to_string();
        assert!(error.contains("section `tc` of program `p` leaves the attach type open"), "{error}");
        let egress = "(defprog p (:section \"tcx/egress\") TC_ACT_OK)";
        let target = traffic(Some(Direction::Ingress), Via::Any);
        let error = session(egress).attach("p", &target).unwrap_err().to_string();
        assert_eq!(error, "`p` is in section \"tcx/egress\", which is not for ingress");
    });
}

#[test]
fn a_hook_of_netfilter() {
    alone(|| {
        let source = "(defvar seen u64) (defprog p (:type :netfilter) (incf seen) 0)";
        for at in [Way::LocalIn, Way::LocalOut] {
            drops(source, &Target::Netfilter(NetfilterHook::new(at)));
        }
        let mut session = session(source);
        let error = session.attach_some::<&str>(&[], &[]).unwrap_err().to_string();
        assert_eq!(error, "`p` is attached to a hook of netfilter; name it with `attach-netfilter`");
    });
}

#[test]
fn an_interface_that_is_not_there() {
    alone(|| {
        let mut session = session("(defprog p (:type :xdp) XDP_PASS)");
        let error = session.attach("p", &Target::interface("eth77")).unwrap_err().to_string();
        assert!(error.contains("no network interface `eth77`"), "{error}");
    });
}

#[test]
fn sk_lookup_on_a_network_namespace() {
    alone(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let source = format!(
            "(defvar seen u64)
             (defprog p (:type :sk-lookup)
               (when (= (ctx local-port) {}) (incf seen) (return SK_DROP))
               SK_PASS)",
            at.port()
        );
        let mut session = session(&source);
        session.attach_some::<&str>(&[], &[]).unwrap_or_else(|error| panic!("{}", told(&error)));
        assert_eq!(TcpStream::connect(at).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
        assert!(global(&mut session, "seen") > 0);
        drop(session);
        TcpStream::connect(at).unwrap();
    });
}

#[test]
fn a_flow_dissector_on_a_network_namespace() {
    alone(|| {
        let source = "(defprog p (:type :flow-dissector) BPF_FLOW_DISSECTOR_CONTINUE)";
        let mut session = session(source);
        session.attach("p", &Target::Network).unwrap_or_else(|error| panic!("{}", told(&error)));
        assert!(arrives());
    });
}
