;; error: E0401 @ 8:22
;; error: E0201 @ 10:23

(defmap m :type :hash :key u32 :value u64 :max-entries 4)
(defstruct pair (a u64))

(defprog typed (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((p (ptr u64) (map-lookup m 0))) (deref p))
  (let ((p (nullable (ptr u64)) (map-lookup m 0)) (q (ptr pair) (make-pair))) (when p (+ (deref p) (pair-a q))))
  (let ((p (ptr pair) (ctx-ptr)     )) 1)
  1)
