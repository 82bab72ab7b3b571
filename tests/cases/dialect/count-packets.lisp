;; run: -> ret 2, pkt-count[0]=1
;; run: pkt-count[0]=41 -> ret 2, pkt-count[0]=42

(in-package #:whistler-user)

(defmap pkt-count :type :array :key-size 4 :value-size 8 :max-entries 1)

(defprog count-packets (:type :xdp :section "xdp" :license "GPL")
  "Counts every packet."
  (let ((key u32 0))
    (when-let ((p (map-lookup pkt-count key)))
      (atomic-add p 0 1)))
  XDP_PASS)
