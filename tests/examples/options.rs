//! The example that decides about socket options.

use libc::{ENOPROTOOPT, EOPNOTSUPP, EPERM, IP_TOS, IPPROTO_IP, SO_SNDBUF, SOL_SOCKET};

use crate::{
    bench::Bench,
    net::{errno, number, option, set_option},
};

const OWN_LEVEL: u32 = 0xdead_beef;
const IP: u32 = IPPROTO_IP.cast_unsigned();
const SOCKET: u32 = SOL_SOCKET.cast_unsigned();

#[test]
fn an_own_level_keeps_a_byte_with_each_socket() {
    let Some(mut bench) = Bench::start("sockopt-policy", None) else { return };
    let (one, other) = (bench.tcp().unwrap(), bench.udp().unwrap());
    set_option(&one, OWN_LEVEL, 1, &[42]).unwrap();
    set_option(&other, OWN_LEVEL, 1, &[43]).unwrap();
    assert_eq!(option(&one, OWN_LEVEL, 1, 64).unwrap(), [42]);
    assert_eq!(option(&other, OWN_LEVEL, 1, 64).unwrap(), [43]);
    set_option(&one, OWN_LEVEL, 1, &[44]).unwrap();
    assert_eq!(option(&one, OWN_LEVEL, 1, 1).unwrap(), [44]);
    // Nothing is kept here yet, so the program refuses; the kernel's own error stays.
    let fresh = bench.tcp().unwrap();
    assert_eq!(errno(option(&fresh, OWN_LEVEL, 1, 64)), EOPNOTSUPP);
    assert_eq!(errno(set_option(&fresh, OWN_LEVEL + 1, 1, &[1])), ENOPROTOOPT);
    bench.finish(2);
}

#[test]
fn the_kernels_options_follow_the_rules() {
    let Some(mut bench) = Bench::start("sockopt-policy", None) else { return };
    let socket = bench.udp().unwrap();
    assert_eq!(errno(set_option(&socket, IP, IP_TOS, &[8])), EPERM);
    assert_eq!(option(&socket, IP, IP_TOS, 1).unwrap(), [0x10]);
    // The kernel doubles what it is given, for its own bookkeeping.
    for (asked, got) in [(20_000u32, 40_000), (65_536, 131_072), (150_000, 131_072)] {
        set_option(&socket, SOCKET, SO_SNDBUF, &asked.to_ne_bytes()).unwrap();
        assert_eq!(number(&socket, SOL_SOCKET, SO_SNDBUF), got);
    }
    bench.finish(2);
    assert_eq!(option(&socket, IP, IP_TOS, 1).unwrap(), [0], "the kernel was never told");
}

#[test]
fn values_beyond_a_page_pass() {
    let Some(mut bench) = Bench::start("sockopt-policy", None) else { return };
    let socket = bench.udp().unwrap();
    let mut value = vec![0; 8000];
    value[0] = 8;
    // A number with much behind it, which the kernel ignores.
    set_option(&socket, IP, libc::IP_TTL, &value).unwrap();
    assert_eq!(option(&socket, IP, libc::IP_TTL, value.len()).unwrap(), 8u32.to_ne_bytes());
    bench.finish(2);
}
