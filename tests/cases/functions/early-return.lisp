;; run: in[0]=0 -> ret 1, out[0]=1000
;; run: in[0]=3 -> ret 1, out[0]=3
;; run: in[0]=9 -> ret 1, out[0]=1000
;; perfmon: loop

(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 1)

(defun find ((x u64))
  (dotimes (i 8)
    (when (and (= i x) (> i 0)) (return i)))
  1000)

(defprog search (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap out 0) (find (getmap in 0)))
  1)
