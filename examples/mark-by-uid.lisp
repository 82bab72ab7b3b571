;; Gives every new socket the mark and the priority of the user that makes it, for `ip rule`,
;; nftables or a queueing discipline to go by. Users that are not in the map get none.
;;
;;   bpfl run mark-by-uid.lisp --cgroup DIR

(defstruct class (mark u32) (priority u32))

(defmap classes :type :hash :key u32 :value class :max-entries 1024)

(defprog mark-by-uid (:section "cgroup/sock_create")
  ;; The lower half is the user id.
  (when-let ((class (map-lookup classes (u32 (get-current-uid-gid)))))
    (setf (ctx mark) (class-mark class))
    (setf (ctx priority) (class-priority class)))
  1)
