//! Tables of functions that the kernel calls.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use bpfl_runtime::{
    load::LoadError,
    session::{Session, SessionError},
    set_socket_option,
};
use bpfl_stdlib::catalog::constant;

use crate::{global, ready, session, told};

const EXAMPLE: &str = include_str!("../../../examples/congestion.lisp");

fn number(name: &str) -> i32 {
    i32::try_from(constant::find(name).unwrap().value).unwrap()
}

/// Has a socket of its own use the congestion control called `name`.
fn choose(stream: &TcpStream, name: &str) -> std::io::Result<()> {
    let name = format!("{name}\0");
    set_socket_option(stream, number("IPPROTO_TCP"), number("TCP_CONGESTION"), name.as_bytes())
}

/// Sends a megabyte over loopback, from a socket that uses the example's.
fn send() -> std::io::Result<()> {
    send_with("counted_reno")
}

fn send_with(name: &str) -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let reader = thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        let mut all = Vec::new();
        stream.read_to_end(&mut all).map(|_| all.len())
    });
    let mut stream = TcpStream::connect(address)?;
    let chosen = choose(&stream, name);
    let sent = chosen.and_then(|()| stream.write_all(&vec![7; 1 << 20]));
    drop(stream);
    let received = reader.join().unwrap()?;
    sent.map(|()| assert_eq!(received, 1 << 20))
}

#[test]
fn a_congestion_control_is_asked_while_its_session_lives() {
    if !ready() {
        return;
    }
    let mut session = session(EXAMPLE);
    session.attach_some::<&str>(&[], &[]).unwrap_or_else(|error| panic!("{}", told(&error)));
    send().unwrap();
    assert!(global(&mut session, "growths") > 0);
    session.end();
    assert_eq!(send().unwrap_err().raw_os_error(), Some(2), "it is there no more");
    session.attach_table("counted-reno").unwrap();
    drop(session);
    assert!(send().is_err());
}

/// Keeps the window at 9 packets, and counts in what the kernel gives it room for.
const FIXED: &str = r#"
(import-kernel-struct tcp_sock snd_cwnd snd_ssthresh snd_cwnd_cnt)
(import-kernel-struct inet_connection_sock icsk_ca_priv)
(import-kernel-struct sock sk_pacing_rate)
(defkfunc tcp-reno-undo-cwnd ((sk (ptr sock))) :returns u32)
(defvar window u64)
(defvar kept u64)
(defprog threshold (:type :struct-ops) (tcp-sock-snd-ssthresh (ctx sk)))
(defprog undo (:type :struct-ops) (tcp-reno-undo-cwnd (ctx sk)))
(defprog avoid (:type :struct-ops)
  (let ((sk (ctx sk)))
    (setf (tcp-sock-snd-cwnd sk) 9)
    (setf (tcp-sock-snd-ssthresh sk) 8)
    (incf (tcp-sock-snd-cwnd-cnt sk))
    (setf (sock-sk-pacing-rate sk) #xffffffffffffffff)
    (incf (inet-connection-sock-icsk-ca-priv sk 0))
    (setf kept (inet-connection-sock-icsk-ca-priv sk 0))
    (setf window (tcp-sock-snd-cwnd sk)))
  0)
(defmap fixed :type :struct-ops :value tcp_congestion_ops
  :values ((ssthresh threshold) (undo-cwnd undo) (cong-avoid avoid) (name "fixed")))
"#;

#[test]
fn a_congestion_control_sets_fields_of_its_socket() {
    if !ready() {
        return;
    }
    let mut session = session(FIXED);
    session.attach_some::<&str>(&[], &[]).unwrap_or_else(|error| panic!("{}", told(&error)));
    send_with("fixed").unwrap();
    assert_eq!(global(&mut session, "window"), 9);
    assert!(global(&mut session, "kept") > 0);
}

#[test]
fn a_table_that_the_kernel_refuses_is_named() {
    if !ready() {
        return;
    }
    let mut incomplete = session(
        "(defprog f (:type :struct-ops) 2)
         (defmap part :type :struct-ops :value tcp_congestion_ops :values ((ssthresh f) (name \"part\")))",
    );
    let refusal = incomplete.attach_table("part").unwrap_err();
    assert!(
        matches!(&refusal, SessionError::Load(LoadError::Table { table, .. }) if table == "part"),
        "{refusal}"
    );
    let missing = Session::attach_table(&mut incomplete, "prat").unwrap_err().to_string();
    assert_eq!(missing, "the object has no table of functions `prat`; did you mean `part`?");
}
