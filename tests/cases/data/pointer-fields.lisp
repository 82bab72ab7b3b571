; A pointer in memory is an address, a number of 8 bytes.
;; run: -> ret 1, out[0]=16, out[1]=0x1234

(defstruct node (kind u8) (next (ptr void)))
(defmap out :type :array :key u32 :value u64 :max-entries 2)

(defprog p (:section "cgroup_skb/egress")
  (let ((n (make-node :next #x1234)))
    (setf (getmap out 0) (sizeof node)
          (getmap out 1) (node-next n)))
  1)
