;; error: E0305 @ 22:33
;; error: E0304 @ 23:10
;; error: E0303 @ 24:19
;; error: E0304 @ 25:22
;; error: E0108 @ 26:10
;; error: E0108 @ 27:48
;; error: E0309 @ 29:44
;; error: E0309 @ 30:41
;; error: E0309 @ 31:60
;; error: E0102 @ 32:53
;; error: E0114 @ 34:37
;; error: E0203 @ 36:14
;; error: E0204 @ 37:21
;; error: E0109 @ 38:15
;; error: E0108 @ 39:26
;; error: E0105 @ 40:12
;; error: E0204 @ 41:25
;; error: E0108 @ 42:42
;; error: E0108 @ 43:61
;; error: E0104 @ 44:13
; Types and sections that do not agree or do not determine each other, licences, return values, functions, globals, structs.
(defprog a (:type :xdp :section "cgroup_skb/egress") 1)
(defprog b (:type :cgroup-sock) 1)
(defprog c (:type :cgroupskb) 1)
(defprog d (:section "cgroup_skb/egres") 1)
(defprog e () 1)
(defprog f (:section "kprobe/do_exit" :license "MIT") (printk "x") 0)
(defprog g (:section "cgroup_skb/egress") 2)
(defprog h (:section "cgroup/sock_create") (ctx mark))
(defprog i (:section "cgroup/recvmsg4") 0)
(defprog j (:section "cgroup_skb/egress") (when (ctx mark) (return 5)) (if (ctx len) 1 0))
(defun six ((a u64) (b u64) (c u64) (d u64) (e u64) (f u64)) :returns u64 a)
(defun again ((x u64)) :returns u64 (other x))
(defun other ((x u64)) :returns u64 (again x))
(defprog k (:section "cgroup_skb/egress") (again 1) 1)
(defvar v u8 256)
(defvar w (array u8 0))
(defvar x u64 (ctx mark))
(defvar y u64 1 :section :text)
(defglobal v u64)
(defstruct s (a u32) (b s))
(defprog l (:section "cgroup_skb/egress" :sleepable t) (setf y 2) 1)
(defprog m (:type :cgroup-skb :section "cgroup_skb/ingress" :sections 4) 1)
(defunion u (nosuch) (a u32))
