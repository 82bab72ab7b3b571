;; error: E0102 @ 12:36
;; error: E0112 @ 13:11
;; error: E0109 @ 14:15
;; error: E0203 @ 15:3
;; error: E0201 @ 16:9
;; error: E0203 @ 17:15
;; error: E0402 @ 20:16
;; error: E0402 @ 20:45
;; error: E0401 @ 20:82
(defmap m :type :array :key u32 :value (array u8 16) :max-entries 1)
(defprog wrong (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((x 1) (p (stack-addr x))) (memcpy p 0 p 8)
  (memset "text" 0 4)
  (memset p 0 (ctx len))
  (comm= p "longer than 8")
  (zero (ctx-ptr))
  (memset p 0 5000))
  1)
(defprog outside (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x 1)) (memset (stack-addr x) 0 16) (memcpy (stack-addr x) (ctx data) 8) (memcmp (map-lookup m 0) "x"))
  1)
