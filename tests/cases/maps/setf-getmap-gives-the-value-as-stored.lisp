;; run: -> o[0]=44, b[0]=44

(defmap b :type :hash :key u32 :value u8 :max-entries 4)
(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap o 0) (u64 (setf (getmap b 0) (+ (getmap o 1) 300))))
  1)
