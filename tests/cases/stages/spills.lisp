;; emit asm
;; varies

(defmap o :type :array :key u32 :value u64 :max-entries 1)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((v0 (ktime-get-ns)) (v1 (ktime-get-ns)) (v2 (ktime-get-ns)) (v3 (ktime-get-ns)) (v4 (ktime-get-ns)) (v5 (ktime-get-ns)) (v6 (ktime-get-ns)) (v7 (ktime-get-ns)))
    (setf (getmap o 0) (- v0 v1 v2 v3 v4 v5 v6 v7)))
  1)
