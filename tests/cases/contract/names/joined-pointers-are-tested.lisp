;; error: E0401 @ 13:7
;; error: E0401 @ 14:5
;; error: E0401 @ 15:5
;; error: E0401 @ 16:5
;; error: E0401 @ 17:5
;; error: E0201 @ 22:38
; A pointer joined from one that may be null may be null; of two pointees there is none.
(defstruct s (n u32))
(defmap m :type :array :key u32 :value s :max-entries 1)
(defprog p (:section "cgroup_skb/egress")
  (when-let ((l (map-lookup m 0)))
    (let ((p (if (ctx mark) (map-lookup m 0) l)))
      (setf (s-n p) 1))
    (setf (s-n (when (ctx mark) l)) 1)
    (setf (s-n (cond ((= (ctx mark) 1) l) ((= (ctx mark) 2) l))) 1)
    (setf (s-n (case (ctx mark) (1 l) (2 l))) 1)
    (setf (s-n (and (ctx mark) l)) 1)
    (setf (s-n (or (map-lookup m 0) l)) 1))
  1)
(defstruct r (n u32))
(defprog q (:section "cgroup_skb/egress")
  (setf (s-n (if (ctx mark) (make-s) (make-r))) 1)
  1)
