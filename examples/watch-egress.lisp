;; Counts the packets that a cgroup sends, and prints a line a second for three seconds: program and
;; watcher in one file.
;;
;;   bpfl run watch-egress.lisp
;;
;; The cgroup is the one named by the environment variable CGROUP.

(defstruct traffic (packets u64) (bytes u64))

(with-bpf-session ()
  (bpf:map sent :type :array :key u32 :value traffic :max-entries 1)
  (bpf:prog count (:section "cgroup_skb/egress")
    (when-let ((entry (map-lookup sent 0)))
      (incf (traffic-packets entry))
      (incf (traffic-bytes entry) (ctx len)))
    1)
  (bpf:attach count (or (getenv "CGROUP") "/sys/fs/cgroup"))
  (let ((before 0))
    (loop repeat 3
          do (sleep 1)
             (let* ((entry (bpf:map-ref sent 0))
                    (packets (traffic-packets entry)))
               (format t "~6d packets, ~5d new, ~8d bytes~%"
                       packets (- packets before) (traffic-bytes entry))
               (setf before packets)))))
