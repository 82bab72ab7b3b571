; A token bucket in a map value, with plain and typed bindings.
;; run: bucket[0]=#(2 0 0 0 0 0 0 0) -> ret 1
;; run: bucket[0]=#(0 0 0 0 0 0 0 0) -> ret 0, denied[0]=1
(in-package :whistler-user)
(defstruct bucket-t (tokens u64))
(defmap bucket :type :array :key u32 :value bucket-t :max-entries 1)
(defmap denied :type :array :key-size 4 :value-size 8 :max-entries 1)
(defprog limit (:section "cgroup_skb/egress")
  (let ((b (map-lookup bucket 0)))
    (unless b (return 1))
    (let ((left u64 (bucket-t-tokens b)))
      (cond ((> left 0)
             (setf (bucket-t-tokens b) (- left 1))
             1)
            (t (incf (getmap denied 0))
               0)))))
