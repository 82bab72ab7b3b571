;; emit opt
;; slots: 2
;; run: -> ret 1

(defmap o :type :array :key u32 :value u64 :max-entries 1)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((a 6) (b (* a 7)) (c (- b 2)))
    (if (> c 39) 1 (progn (ktime-get-ns) 2))))
