; No return leaves with-spin-lock with the lock held: it is given back on the way, whatever the way.
;; run: m[0]=#(0 0 0 0 5 0 0 0) -> ret 0
;; run: m[0]=#(0 0 0 0 6 0 0 0) -> ret 1, m[0]=#(0 0 0 0 7 0 0 0)
;; perfmon: loop
(defstruct counter (lock bpf-spin-lock) (count u32))
(defmap m :type :array :key u32 :value counter :max-entries 1)
(defprog p (:section "cgroup_skb/egress")
  (when-let (c (map-lookup m 0))
    (with-spin-lock ((counter-lock c))
      (when (= (counter-count c) 5) (return 0))
      (incf (counter-count c)))
    (block out
      (with-spin-lock ((counter-lock c))
        (return-from out nil)))
    (dotimes (i 4)
      (with-spin-lock ((counter-lock c))
        (when (= i 2) (break))
        (when (= i 1) (continue)))))
  1)
