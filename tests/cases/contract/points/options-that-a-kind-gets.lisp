; Storage maps and tries get BPF_F_NO_PREALLOC; storage maps take no :max-entries, and 0 is accepted. All of them load.
(defmap a :type :sk-storage :value u64)
(defmap b :type :sk-storage :value u64 :max-entries 0)
(defmap f :type :lpm-trie :key-size 8 :value u64 :max-entries 4)
(defmap g :type :sk-storage :key u32 :value u64 :map-flags BPF_F_NO_PREALLOC)
(defmap h :type :ringbuf :max-entries 8192)
(defprog p (:section "cgroup_skb/egress") 1)
