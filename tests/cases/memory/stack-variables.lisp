;; run: -> w[0]=263, w[1]=9

(defmap b :type :array :key u32 :value u8 :max-entries 1)
(defmap v :type :array :key u32 :value (array u8 16) :max-entries 1)
(defmap w :type :array :key u32 :value u64 :max-entries 2)
(defmap d :type :array :key u32 :value u32 :max-entries 1)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x (u32 7)))
    (let ((p (stack-addr x)))
      (store u8 p 1 1)
      (setf (getmap w 0) (u64 x))
      (setf x 9)
      (setf (getmap w 1) (u64 (load u32 p)))))
  1)
