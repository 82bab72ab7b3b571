; What cannot be done with an arena, and with pointers into it.
;; error: E0308 @ 27:24
;; error: E0203 @ 28:29
;; error: E0308 @ 29:17
;; error: E0201 @ 31:27
;; error: E0201 @ 32:27
;; error: E0201 @ 33:18
;; error: E0205 @ 34:7
;; error: E0201 @ 35:26
;; error: E0201 @ 36:25
;; error: E0201 @ 37:25
;; error: E0201 @ 38:28
;; error: E0203 @ 39:48
;; error: E0401 @ 43:3
;; error: E0401 @ 44:3
;; error: E0401 @ 45:3
;; error: E0401 @ 46:3
;; error: E0310 @ 49:10
;; error: E0201 @ 53:3
(defmap heap :type :arena :max-entries 100)
(defmap plain :type :array :key u32 :value u64 :max-entries 1)
(defstruct node (value u64) (flags u32) (next (ptr node)))
(defvar head (ptr node))

(defprog wrong (:type :syscall)
  (let ((own (make-node)) (text (u64 7)))
    (arena-alloc-pages plain 1)
    (arena-alloc-pages heap 101)
    (map-lookup heap 0)
    (when-let ((p (arena-alloc-pages heap 1 node)))
      (setf (node-next p) own)
      (setf (node-next p) text)
      (setf text p)
      (atomic-fetch-or (node-value-ptr p) 1)
      (probe-read-kernel p 8 (u64 0))
      (get-current-comm p 16)
      (get-current-comm (node-value-ptr p) 8))
    (arena-free-pages heap own 1)
    (arena-free-pages heap (arena-ptr u8 text) 0)
    0))

(defprog unproven (:type :syscall)
  (setf (node-value (arena-alloc-pages heap 1 node)) 1)
  (setf (node-value head) 2)
  (arena-free-pages heap head 1)
  (node-flags (arena-ptr node 4096)))

(defprog awake (:type :xdp)
  (when (arena-alloc-pages heap 1) (return XDP_DROP))
  XDP_PASS)

(defprog returned (:type :syscall)
  head)
