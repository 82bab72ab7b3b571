; Every way to ask whether a pointer is there.
;; run: m[1]=9 -> ret 1, o[0]=0x7f
;; run: -> ret 1, o[0]=0
(in-package :whistler-user)
(defmap m :type :hash :key-size 4 :value-size 8 :max-entries 4)
(defmap o :type :array :key-size 4 :value-size 8 :max-entries 1)
(defprog p (:section "cgroup_skb/egress")
  (let ((n u64 0) (p (map-lookup m 1)))
    (when p (when (= (load u64 p 0) 9) (incf n 1)))
    (when (/= p 0) (when (= (load u64 p) 9) (incf n 2)))
    (unless (= p 0) (when (= (deref p) 9) (incf n 4)))
    (if p (incf n 8) nil)
    (when (and p (= (load u64 p 0) 9)) (incf n 16))
    (if-let (q (map-lookup m 1)) (incf n (* 32 (/ (deref q) 9))) nil)
    (unless (or (not p) (/= (load u64 p 0) 9)) (incf n 64))
    (setf (getmap o 0) n))
  1)
