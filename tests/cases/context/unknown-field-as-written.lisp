;; error: E0306 @ 3:8
(defprog p (:section "cgroup/connect4")
  (ctx dst-prt) 1)
