;; error: E0206 @ 17:20
;; error: E0201 @ 18:15
;; error: E0206 @ 19:25
;; error: E0206 @ 20:5
;; error: E0206 @ 21:20
;; error: E0310 @ 22:4
;; error: E0206 @ 27:26
;; error: E0206 @ 28:21
;; error: E0201 @ 29:17
;; error: E0206 @ 30:21
(defstruct line (text (array u8 32)))
(import-kernel-struct bpf-iter-meta seq)
(import-kernel-struct task-struct pid)

(defprog writer (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((line (make-line)))
    (snprintf line "%d and %d" 1)
    (snprintf 5 "%d" 1)
    (snprintf line "%d" (ktime-get-ns))
    (snprintf line "%d%d%d%d%d%d%d%d%d%d%d%d%d" 1 2 3 4 5 6 7 8 9 10 11 12 13)
    (snprintf line 32))
  (seq-printf (ctx-ptr) "text")
  1)

(defprog tasks (:section "iter/task")
  (let ((seq (bpf-iter-meta-seq (ctx meta))))
    (seq-printf seq "%s" 1)
    (seq-printf seq "%q")
    (seq-printf (ctx task) "text")
    (seq-printf seq 5))
  0)
