;; error: E0105 @ 4:10

(defmap count :type :array :key u32 :value u64 :max-entries 16)
(defprog count (:type :cgroup-skb :section "cgroup_skb/egress") 1)
