;; target-kernel: 4.19
;; error: E0505 @ 11:9
;; error: E0505 @ 18:3
;; error: E0505 @ 18:40
;; error: E0505 @ 20:3
;; error: E0505 @ 22:5
;; error: E0505 @ 23:3
;; error: E0505 @ 26:10
;; error: E0505 @ 27:10
; What Linux 4.19 does not have, each once.
(defmap events :type :ringbuf :max-entries 4096)
(defmap counts :type :hash :key u32 :value u64 :max-entries 16)
(defvar total u64)

(defun twice ((n u64)) :returns u64 (* 2 n))

(defprog count (:type :cgroup-skb :section "cgroup_skb/egress")
  (dotimes (i (ctx len) :max 20) (incf total))
  (incf total)
  (with-ringbuf (e events u64) (setf (deref e) (ktime-get-ns)))
  (when-let ((p (map-lookup counts 1)))
    (atomic-fetch-add p (twice 3)))
  (get-netns-cookie (ctx-ptr))
  1)

(defprog options (:section "cgroup/getsockopt") 1)
(defprog look (:section "sk_lookup") 1)
