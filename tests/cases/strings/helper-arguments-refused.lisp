;; error: E0201 @ 6:21
;; error: E0201 @ 7:17
;; error: E0201 @ 7:22
(defprog texts (:type :cgroup-sock :section "cgroup/sock_create")
  (let ((x 1))
  (get-current-comm "text" 4)
  (strncmp      5 8  (stack-addr x)  ))
  1)
