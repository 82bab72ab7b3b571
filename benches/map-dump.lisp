;; The map whose entries are written as text.

(defmap numbers :type :hash :key u32 :value u64 :max-entries 100000)
