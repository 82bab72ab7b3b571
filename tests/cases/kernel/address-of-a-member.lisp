; `-ptr` gives an address for the helpers that read at one.
;; run: -> ret 1
;; not-in-vm
;; perfmon: helper

(import-kernel-struct task_struct comm)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((name u64 0)
        (own u64 0)
        (buffer (make-name)))
    (probe-read-kernel (stack-addr name) 8 (task-struct-comm-ptr (get-current-task)))
    (get-current-comm buffer)
    (setf own (load u64 buffer))
    (if (= own name) 1 0)))

(defstruct name (text (array u8 16)))
