; Values counted by the bucket that they fall into, in arrays and hashes.
;; run powers: mark=0 -> ret 1, logs[0]=1
;; run powers: mark=1 -> ret 1, logs[0]=1
;; run powers: mark=2 -> ret 1, logs[1]=1
;; run powers: mark=1023 -> ret 1, logs[9]=1
;; run powers: mark=1024, logs[10]=41 -> ret 1, logs[10]=42
;; run powers: mark=0xffffffff -> ret 1, logs[31]=1
;; run few: mark=7 -> ret 1, short[2]=1
;; run few: mark=0x80000000 -> ret 1, short[3]=1
;; run steps: mark=0 -> ret 1, lines[0]=1
;; run steps: mark=99 -> ret 1, lines[0]=1
;; run steps: mark=100 -> ret 1, lines[0]=1
;; run steps: mark=124 -> ret 1, lines[0]=1
;; run steps: mark=125 -> ret 1, lines[1]=1
;; run steps: mark=174 -> ret 1, lines[2]=1
;; run steps: mark=175 -> ret 1, lines[3]=1
;; run steps: mark=0xffffffff -> ret 1, lines[3]=1
;; run signed: mark=0xffffffff -> ret 1, lines[1]=1
;; run signed: mark=0x80000000 -> ret 1, lines[0]=1
;; run signed: mark=6 -> ret 1, lines[2]=1
;; run hashed: mark=9 -> ret 1, table[3]=1, table[4]=none
;; run keyed: mark=9, priority=6 -> ret 1, pairs[#(6 0 0 0 3 0 0 0)]=1
;; run keyed: mark=9, priority=6, pairs[#(6 0 0 0 3 0 0 0)]=4 -> ret 1, pairs[#(6 0 0 0 3 0 0 0)]=5

(defstruct pair (who u32) (bucket u32))
(defmap logs :type :array :key u32 :value u64 :max-entries 64)
(defmap short :type :array :key u32 :value u64 :max-entries 4)
(defmap lines :type :array :key u32 :value u64 :max-entries 4)
(defmap table :type :hash :key u32 :value u64 :max-entries 64)
(defmap pairs :type :hash :key pair :value u64 :max-entries 64)

(defprog powers (:section "cgroup_skb/egress")
  (histogram-log2 logs (ctx mark))
  1)
(defprog few (:section "cgroup_skb/egress")
  (histogram-log2 short (ctx mark) :buckets 4)
  1)
(defprog steps (:section "cgroup_skb/egress")
  (histogram-linear lines (ctx mark) :min 100 :step 25 :buckets 4)
  1)
(defprog signed (:section "cgroup_skb/egress")
  (histogram-linear lines (i32 (ctx mark)) :min -10 :step 8 :buckets 4)
  1)
(defprog hashed (:section "cgroup_skb/egress")
  (histogram-log2 table (ctx mark))
  1)
(defprog keyed (:section "cgroup_skb/egress")
  (histogram-log2 pairs (ctx mark) :key (b (make-pair :who (ctx priority) :bucket b)))
  1)
