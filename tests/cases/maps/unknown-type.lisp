;; error: E0204 @ 4:28
;; error: E0204 @ 4:39

(defmap a :type :hash :key u33 :value int :max-entries 1)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
