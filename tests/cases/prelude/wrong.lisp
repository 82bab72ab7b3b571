;; error: E0601 @ 19:3
;; error: E0601 @ 20:3
;; error: E0601 @ 21:3
;; error: E0601 @ 22:3
;; error: E0101 @ 23:3
;; error: E0107 @ 24:19
;; error: E0601 @ 28:3
;; error: E0601 @ 29:3
;; error: E0310 @ 33:3
;; error: E0310 @ 38:3

; What the prelude says of calls that make no sense.

(defstruct event (pid u32) (comm (array u8 16)))
(defmap counts :type :array :key u32 :value u64 :max-entries 16)
(defvar last event)

(defprog p (:section "uprobe")
  (fill-process-info last event)
  (fill-process-info last event pid name)
  (histogram-linear counts 5 :step 0)
  (histogram-linear counts 5 :buckets 0)
  (fill-process-info last event pid uid)
  (histogram-log2 nowhere 5)
  0)

(defprog q (:section "uprobe")
  (do-user-array (v u64 (pt-regs-parm1) 4) (incf (getmap counts 0) v))
  (do-user-ptrs (v (pt-regs-parm1) 4 :index i) (incf (getmap counts i)))
  0)

(defprog r (:section "cgroup/sock_create")
  (with-tcp (data data-end tcp)
    (return 0))
  1)

(defprog s (:type :socket-filter)
  (with-udp (data data-end udp)
    (return 0))
  -1)
