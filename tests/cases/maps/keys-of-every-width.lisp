;; run: -> k8[44]=1, k8[7]=8, k16[7]=16, k64[0xffffffffffffffff]=64, ki[-1]=32

(defmap k8 :type :hash :key u8 :value u64 :max-entries 4)
(defmap k16 :type :hash :key u16 :value u64 :max-entries 4)
(defmap k64 :type :hash :key u64 :value u64 :max-entries 4)
(defmap ki :type :hash :key i32 :value u64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap k8 (+ 300 (getmap k64 5))) 1)
  (setf (getmap k8 7) 8)
  (setf (getmap k16 7) 16)
  (setf (getmap k64 -1) 64)
  (setf (getmap ki -1) 32)
  1)
