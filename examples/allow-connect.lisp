;; Lets a cgroup connect only to the IPv4 networks in a list; anything else fails with EPERM. A
;; network is a prefix length and an address in network byte order, as in 127.0.0.0/8.
;;
;;   bpfl run allow-connect.lisp --cgroup DIR

(defstruct network (prefixlen u32) (address u32))

;; The value counts the connections.
(defmap allowed :type :lpm-trie :key network :value u64 :max-entries 1024)

(defvar refused u64 0)

(defprog allow-connect (:section "cgroup/connect4")
  (when-let ((count (map-lookup allowed (make-network :prefixlen 32 :address (ctx user-ip4)))))
    (incf (deref count))
    (return 1))
  (incf refused)
  0)
