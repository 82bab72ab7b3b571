;; error: E0111 @ 7:12

(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defmap a :type :array :key u32 :value u64 :max-entries 4)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x h)) 1))
