;; error: E0402 @ 13:5
;; error: E0402 @ 15:7
;; error: E0402 @ 16:5
;; error: E0402 @ 19:9

; The test and the mask that are offered count elements, not bytes.
(defstruct rec (a u32) (b (array u32 6)))
(defmap m :type :hash :key u32 :value rec :max-entries 16)
(defvar bytes (array u8 10))
(defvar recs (array rec 3))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((idx (ctx mark)))
    (setf (aref bytes idx) 1)
    (when-let ((v (map-lookup m 0)))
      (incf (rec-b v idx)))
    (setf (rec-a (aref recs idx)) 1)
    (let ((below (i32 idx)))
      (when (and (< below 6) (/= below 3)) (when-let ((v (map-lookup m 0)))
        (incf (rec-b v below)))))
    1))
