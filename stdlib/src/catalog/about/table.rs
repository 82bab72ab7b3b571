//! The rows of [`ABOUT`]. What the notes say is Documentation/bpf/prog_cgroup_sockopt.rst,
//! include/uapi/linux/bpf.h, and the callers in net/ and kernel/bpf/cgroup.c.

use super::About;
use crate::catalog::{attach, program::ProgramType};

/// The program types that there is more to say about.
pub static ABOUT: &[About] = &[
    About {
        ty: ProgramType::CgroupSkb,
        purpose: "Sees each IP packet that the sockets of a cgroup send or receive, and lets it pass or \
                  drops it: accounting and simple firewalls for a service or a container.",
        events: &[
            (&attach::CGROUP_INET_INGRESS, "a packet has come in for a socket"),
            (&attach::CGROUP_INET_EGRESS, "a socket sends a packet"),
        ],
        notes: &[
            "`data` points to the IP header; there is no link layer. Packets cannot be changed, only \
             passed or dropped.",
            "Loading takes `CAP_BPF` alone. Attaching takes `CAP_NET_ADMIN`.",
        ],
        example: "\
;; Packets of each size, up to 2047 bytes.
(defmap sizes :type :array :key u32 :value u64 :max-entries 2048)

(defprog count-sizes (:section \"cgroup_skb/egress\")
  (incf (getmap sizes (logand (ctx len) 2047)))
  1)
",
    },
    About {
        ty: ProgramType::CgroupSock,
        purpose: "Runs when a process of a cgroup makes, binds or closes an IPv4 or IPv6 socket. It can \
                  refuse the socket or the address, and give new sockets an interface, a mark and a \
                  priority.",
        events: &[
            (&attach::CGROUP_INET_SOCK_CREATE, "a process makes a socket"),
            (&attach::CGROUP_INET_SOCK_RELEASE, "a socket is closed for the last time"),
            (&attach::CGROUP_INET4_POST_BIND, "an IPv4 socket has been given its address and port"),
            (&attach::CGROUP_INET6_POST_BIND, "an IPv6 socket has been given its address and port"),
        ],
        notes: &[
            "For a socket that `sock_create` refuses, `sock_release` does not run.",
            "The context is the socket: `(ctx-ptr)` is what `sk-storage-get` wants.",
            "When `post_bind` refuses, the port is free again and `bind` fails with `EPERM`.",
            "A program that refuses may choose another error than `EPERM` first, as in `(set-retval -13)` \
             for `EACCES`.",
        ],
        example: "\
;; No raw sockets in this cgroup.
(defprog no-raw (:section \"cgroup/sock_create\")
  (if (= (ctx type) SOCK_RAW) 0 1))
",
    },
    About {
        ty: ProgramType::CgroupSockAddr,
        purpose: "Runs when a process of a cgroup calls `bind`, `connect`, `sendmsg`, `recvmsg`, \
                  `getpeername` or `getsockname`. It can read and replace the address, and refuse the \
                  calls that ask for something.",
        events: &[
            (&attach::CGROUP_INET4_BIND, "`bind` to an IPv4 address"),
            (&attach::CGROUP_INET6_BIND, "`bind` to an IPv6 address"),
            (&attach::CGROUP_INET4_CONNECT, "`connect` to an IPv4 address"),
            (&attach::CGROUP_INET6_CONNECT, "`connect` to an IPv6 address"),
            (&attach::CGROUP_UNIX_CONNECT, "`connect` to a Unix socket"),
            (&attach::CGROUP_UDP4_SENDMSG, "`sendto` or `sendmsg` of a datagram to an IPv4 address"),
            (&attach::CGROUP_UDP6_SENDMSG, "`sendto` or `sendmsg` of a datagram to an IPv6 address"),
            (&attach::CGROUP_UNIX_SENDMSG, "`sendto` or `sendmsg` to a Unix socket"),
            (&attach::CGROUP_UDP4_RECVMSG, "the sender's IPv4 address of a datagram is handed out"),
            (&attach::CGROUP_UDP6_RECVMSG, "the sender's IPv6 address of a datagram is handed out"),
            (&attach::CGROUP_UNIX_RECVMSG, "the sender's name on a Unix socket is handed out"),
            (&attach::CGROUP_INET4_GETPEERNAME, "`getpeername` of an IPv4 socket"),
            (&attach::CGROUP_INET6_GETPEERNAME, "`getpeername` of an IPv6 socket"),
            (&attach::CGROUP_UNIX_GETPEERNAME, "`getpeername` of a Unix socket"),
            (&attach::CGROUP_INET4_GETSOCKNAME, "`getsockname` of an IPv4 socket"),
            (&attach::CGROUP_INET6_GETSOCKNAME, "`getsockname` of an IPv6 socket"),
            (&attach::CGROUP_UNIX_GETSOCKNAME, "`getsockname` of a Unix socket"),
        ],
        notes: &[
            "What the program writes into `user-ip4`, `user-ip6` and `user-port` is what the kernel then \
             uses, or what the process is told.",
            "A datagram on a connected UDP socket has no address of its own: `connect` runs once and \
             `sendmsg` does not.",
            "A program that refuses may choose another error than `EPERM` first, as in `(set-retval -111)` \
             for `ECONNREFUSED`.",
        ],
        example: "\
;; Nobody here connects to port 25.
(defprog no-mail (:section \"cgroup/connect4\")
  (if (= (ctx user-port) (htons 25)) 0 1))
",
    },
    About {
        ty: ProgramType::CgroupSockopt,
        purpose: "Runs when a process of a cgroup calls `setsockopt` or `getsockopt`. It can read and \
                  replace the value, refuse the call, or answer it without the kernel.",
        events: &[
            (&attach::CGROUP_GETSOCKOPT, "after the kernel has handled `getsockopt`"),
            (&attach::CGROUP_SETSOCKOPT, "before the kernel handles `setsockopt`"),
        ],
        notes: &[
            "In `setsockopt`, `optlen` may be made smaller, or -1, which means that the kernel is not \
             asked and the call succeeds. If it is made greater than the caller's, and than 16, the call \
             fails with `EFAULT`.",
            "In `getsockopt`, `retval` set to 0 turns the kernel's error into success; before Linux 5.18 \
             nothing else may be written there. An `optlen` above the caller's buffer fails with \
             `EFAULT`.",
            "Of a value beyond a page (4096 bytes on most machines) only the first page is here. Set \
             `optlen` to 0 to have the kernel use the caller's buffer as it is. If it stays above a page, \
             kernels before 6.5 fail the call with `EFAULT`.",
            "With programs in nested cgroups, each sees what the ones below have made of the value.",
        ],
        example: "\
;; Every SO_PRIORITY becomes 3.
(defprog priority (:section \"cgroup/setsockopt\")
  (when (and (= (ctx level) SOL_SOCKET) (= (ctx optname) SO_PRIORITY))
    (let ((value (ctx optval)))
      (when (> (+ value 4) (ctx optval-end)) (return 0))
      (store u32 value 0 3)))
  1)
",
    },
    About {
        ty: ProgramType::SkMsg,
        purpose: "Runs for what is sent on the sockets in a map: it lets it pass, drops it, or hands it \
                  to another socket of the map, past the network stack.",
        events: &[(&attach::SK_MSG_VERDICT, "`sendmsg`, `write` or `sendfile` on a socket of the map")],
        notes: &[
            "What is dropped fails with `EACCES` for the sender.",
            "`msg-apply-bytes` says for how many bytes the verdict holds: fewer, and the program runs again \
             for the rest; more, and it does not run until so many have been sent.",
            "`msg-cork-bytes` waits until so many bytes are there before the program runs again.",
        ],
        example: "\
;; The server's end of each connection, by the client's port.
(defmap peers :type :sockhash :key u32 :value u64 :max-entries 1024)

(defprog hand-over (:section \"sk_msg\")
  (msg-redirect-hash (ctx-ptr) peers (ctx local-port) BPF_F_INGRESS))
",
    },
    About {
        ty: ProgramType::SockOps,
        purpose: "Runs at the turning points of the TCP connections of a cgroup: it sets their \
                  parameters, counts, and puts sockets into maps.",
        events: &[(
            &attach::CGROUP_SOCK_OPS,
            "a connection is made, times out, changes its state, …: see `op`",
        )],
        notes: &["Some events come only when `sock-ops-cb-flags-set` has asked for them."],
        example: "\
(defmap opened :type :array :key u32 :value u64 :max-entries 2)

(defprog count-connections (:section \"sockops\")
  (case (ctx op)
    (BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB (incf (getmap opened 0)))
    (BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB (incf (getmap opened 1))))
  1)
",
    },
    About {
        ty: ProgramType::SkSkb,
        purpose: "Runs for what arrives on the sockets in a map: a parser finds where messages end, a \
                  verdict passes, drops or hands each to another socket of the map.",
        events: &[
            (&attach::SK_SKB_STREAM_PARSER, "data has arrived: how long is the message?"),
            (&attach::SK_SKB_STREAM_VERDICT, "a message is whole"),
            (&attach::SK_SKB_VERDICT, "data has arrived, on sockets of any kind"),
        ],
        notes: &["`data` points to the payload, not to headers."],
        example: "\
(defmap peers :type :sockmap :key u32 :value u64 :max-entries 2)

(defprog to-the-first (:section \"sk_skb/stream_verdict\")
  (sk-redirect-map (ctx-ptr) peers 0 0))
",
    },
];
