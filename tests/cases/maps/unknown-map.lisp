;; error: E0107 @ 7:17

(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defmap a :type :array :key u32 :value u64 :max-entries 4)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (incf (getmap nothing 0))
  1)
