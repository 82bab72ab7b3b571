;; error: E0104 @ 9:25
;; error: E0104 @ 10:25
;; error: E0104 @ 11:25
;; error: E0104 @ 12:14

(defmap o :type :array :key u32 :value u64 :max-entries 16)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (ctx mark) (ctx 5))
  (setf (ctx mark) (ctx (getmap o 0)))
  (setf (ctx mark) (ctx "mark"))
  (setf (ctx :mark) 1)
  1)
