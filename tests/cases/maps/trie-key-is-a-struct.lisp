;; error: E0302 @ 3:39
; A number is no key of a trie.
(defmap networks :type :lpm-trie :key u64 :value u32 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress") (map-lookup networks 0) 1)
