;; error: E0402 @ 3:10
(defprog p (:section "cgroup/setsockopt")
  (if (= (load u8 (ctx optval) 0) 1) 1 0))
