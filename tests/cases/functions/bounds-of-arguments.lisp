;; error: E0402 @ 10:28
;; error: E0402 @ 14:5
;; error: E0402 @ 16:3

(defstruct wide (a u64) (b u64))
(defmap m :type :array :key u32 :value u64 :max-entries 1)

(defun second ((w (ptr wide))) (wide-b w))
(defun beyond ((p (ptr u64)))
                           (load u64 p 8))

(defprog short (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup m 0)))
    (second (cast (ptr wide) p))
    (beyond p))
  (second (cast (ptr wide) (ctx data)))
  1)
