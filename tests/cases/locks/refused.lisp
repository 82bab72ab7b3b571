;; error: E0408 @ 9:7
;; error: E0408 @ 10:7
;; error: E0408 @ 11:7
;; error: E0201 @ 12:22
;; error: E0104 @ 13:21
;; error: E0201 @ 14:50
(defprog wrong (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup m 0))) (with-spin-lock ((counter-lock p))
      (ktime-get-ns)
      (incf (getmap out 0))
      (with-spin-lock ((counter-lock p)) 1))
    (with-spin-lock ((counter-count-ptr p)) 1)
    (with-spin-lock 5 1)
    (let ((own (make-counter))) (with-spin-lock ((counter-lock own)) 1)))
  1)
(defstruct counter (lock bpf-spin-lock) (count u32))
(defmap m :type :array :key u32 :value counter :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 2)
