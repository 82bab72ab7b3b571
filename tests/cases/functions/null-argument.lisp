;; error: E0401 @ 7:41
;; error: E0401 @ 8:38
;; error: E0401 @ 11:3

(defmap m :type :hash :key u32 :value u64 :max-entries 4)
(defun value ((p (ptr u64))) (deref p))
(defun maybe ((p (nullable (ptr u64)))) (deref p))
(defun given ()   :returns (ptr u64) (map-lookup m 1))

(defprog careless (:type :cgroup-skb :section "cgroup_skb/egress")
  (value (map-lookup m 0))
  (maybe (map-lookup m 0))
  (deref (given))
  1)
