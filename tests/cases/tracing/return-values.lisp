;; error: E0309 @ 8:44
;; error: E0309 @ 9:44
;; error: E0309 @ 10:44

; Hooks of security modules return 0 or a negative error number, which every arm must be.
(defprog good (:section "lsm/file_open")
  (if (= (u32 (get-current-uid-gid)) 1000) (- 13) 0))
(defprog a (:section "fentry/tcp_connect") 1)
(defprog b (:section "lsm/file_open") (i32 5))
(defprog c (:section "lsm/file_open") (i32 (get-prandom-u32)))
