; The key of a trie is a struct to the kernel, also where only its size is given.
(defmap networks :type :lpm-trie :key-size 8 :value-size 4 :max-entries 16)
(defstruct address (prefix-length u32) (bytes (array u8 4)))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((key (make-address :prefix-length 32)))
    (if (map-lookup networks key) 1 0)))
