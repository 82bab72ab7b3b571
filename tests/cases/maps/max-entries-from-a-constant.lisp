;; run: -> big[39]=1

(defconstant +n+ (* 4 10))
(defmap big :type :array :key u32 :value u64 :max-entries +n+)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap big 39) 1)
  1)
