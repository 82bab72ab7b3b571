;; run: -> o[0]=10

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defconstant limit 50)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((limit 1) (len 2) (when 3) (BPF_ANY 4))
    (setf (getmap o 0) (+ limit len when bpf_any)))
  1)
