;; run: len=68 -> ret 1, o[0]=1028, o[1]=4, o[2]=0xfffffffffffffffe
(in-package #:whistler-user)
(defmap o :type :array :key u32 :value u64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/ingress")
  (let* ((a u64 1024)
         (b u8 (logand (ctx len) 4))
         (c i32 -2))
    (declare (type u64 a) (ignorable c))
    (setf (getmap o 0) (+ a b)
          (getmap o 1) b
          (getmap o 2) (u64 (i64 c))))
  1)
