;; error: E0204 @ 3:49

(defmap a :type :hash :key u32 :value (array u8 0) :max-entries 1)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
