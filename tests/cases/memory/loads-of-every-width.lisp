;; run: v[0]=#(1 0xff 2 0 4 0 0 0 8) -> w[1]=15, w[0]=1

(defmap b :type :array :key u32 :value u8 :max-entries 1)
(defmap v :type :array :key u32 :value (array u8 16) :max-entries 1)
(defmap w :type :array :key u32 :value u64 :max-entries 2)
(defmap d :type :array :key u32 :value u32 :max-entries 1)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup v 0)) (q (map-lookup w 0)))
    (setf (getmap w 1) (+ (load u8 p 0) (load u16 p 2) (load u32 p 4) (load u64 p 8)))
    (setf (deref q) (+ (load i8 p 1) (load i16 p 2))))
  1)
