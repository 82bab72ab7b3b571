;; compile-only
; The storages of tasks, inodes and cgroups need neither a flag nor a number of entries either.
(defmap c :type :task-storage :value u64 :max-entries 0)
(defmap d :type :inode-storage :value u64)
(defmap e :type :cgrp-storage :value u64)
(defprog p (:section "cgroup_skb/egress") 1)
