; when-let and if-let: one clause or several, with a type or without, and what is narrowed.
;; run: m[1]=5 -> ret 1, n=0x1f
;; run: -> ret 1, n=0x100
(defmap m :type :hash :key u32 :value u64 :max-entries 4)
(defvar n u64)
(defprog p (:section "cgroup_skb/egress")
  (when-let (v (map-lookup m 1)) (incf n (- (deref v) 4)))
  (when-let ((v (map-lookup m 1)) (w (getmap m 1))) (incf n (+ (- (deref v) w) 2)))
  (when-let ((v u64 (getmap m 1))) (incf n (- v 1)))
  (if-let ((v (map-lookup m 1))) (incf n (+ (deref v) 3)) (incf n #x100))
  (if-let (v (map-lookup m 1)) (incf n 16))
  1)
