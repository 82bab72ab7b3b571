;; error: E0302 @ 13:44
;; error: E0302 @ 14:47
;; error: E0302 @ 15:48
;; error: E0302 @ 16:53
;; error: E0302 @ 17:33
;; error: E0302 @ 18:64
;; error: E0302 @ 19:49
;; error: E0302 @ 20:49
;; error: E0302 @ 21:49
;; error: E0302 @ 22:74
;; error: E0302 @ 23:56

(defmap ring :type :ringbuf   :max-entries 5000)
(defmap rings :type :ringbuf  :max-entries    100)
(defmap sizes :type :sockmap :key u32 :value   (array u8 16) :max-entries 4)
(defmap hashes :type :sockhash  :key u64 :value     u16 :max-entries 4)
(defmap line :type :queue  :key u32 :value u64 :max-entries 4)
(defmap own :type :sk-storage :key u32 :value u32 :max-entries 16)
(defmap keyed :type :sk-storage :value u32 :key u64)
(defmap prefix :type :lpm-trie :value u64 :key  u32 :max-entries 4)
(defmap index :type :array :value u64     :key  u64 :max-entries 4)
(defmap flags :type :array :key u32 :value u64 :max-entries 4 :map-flags BPF_F_NO_PREALLOC)
(defmap progs :type :prog-array :max-entries 4 :value  u64)
