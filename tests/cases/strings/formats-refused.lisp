;; error: E0206 @ 18:24
;; error: E0201 @ 19:19
;; error: E0206 @ 20:29
;; error: E0206 @ 21:5
;; error: E0206 @ 22:24
;; error: E0310 @ 23:4
;; error: E0206 @ 28:30
;; error: E0206 @ 29:25
;; error: E0201 @ 30:21
;; error: E0206 @ 31:25
;; error: E0102 @ 32:5
(defstruct line (text (array u8 32)))
(import-kernel-struct bpf-iter-meta seq)
(import-kernel-struct task-struct pid)

(defprog writer (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((line (make-line)))
    (bpf-snprintf line "%d and %d" 1)
    (bpf-snprintf 5 "%d" 1)
    (bpf-snprintf line "%d" (ktime-get-ns))
    (bpf-snprintf line "%d%d%d%d%d%d%d%d%d%d%d%d%d" 1 2 3 4 5 6 7 8 9 10 11 12 13)
    (bpf-snprintf line 32))
  (bpf-seq-printf (ctx-ptr) "text")
  1)

(defprog tasks (:section "iter/task")
  (let ((seq (bpf-iter-meta-seq (ctx meta))))
    (bpf-seq-printf seq "%s" 1)
    (bpf-seq-printf seq "%q")
    (bpf-seq-printf (ctx task) "text")
    (bpf-seq-printf seq 5)
    (seq-printf seq "%d %d %d %d\n" 1 2 3 4))
  0)
