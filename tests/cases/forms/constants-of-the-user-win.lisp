;; run: -> o[0]=77, o[1]=40, o[2]=0x86dd, o[3]=40

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defconstant BPF_EXIST 77)
(defconstant +n+ (* 4 10) "Forty.")
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap o 0) BPF_EXIST (getmap o 1) +n+ (getmap o 2) ETH_P_IPV6 (getmap o 3) (u64 (u8 +n+)))
  1)
