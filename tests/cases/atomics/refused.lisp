;; error: E0205 @ 10:62
;; error: E0205 @ 11:3
;; error: E0407 @ 15:5
;; error: E0407 @ 16:5

(defstruct (odd :packed t) (a u8) (b u64))
(defmap m :type :array :key u32 :value u64 :max-entries 4)
(defmap narrow :type :array :key u32 :value u16 :max-entries 1)
(defprog wrong (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup m 0)) (i (map-lookup narrow 0))) (atomic-xchg i 3))
  (atomic-add (cast (ptr u64) (ctx data)) 1)
  1)
(defprog misaligned (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup packed 0)))
    (atomic-add (odd-b-ptr p) 1)
    (atomic-cmpxchg (odd-b-ptr p) (logand (ctx len) 0) 1 2))
  1)
(defmap packed :type :array :key u32 :value odd :max-entries 4)
