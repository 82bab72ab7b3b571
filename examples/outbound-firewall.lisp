;; An outbound firewall for a cgroup: its programs reach only the IPv4 networks in a list. Three hooks share
;; the list, because none of them sees everything:
;;
;; - `connect4` answers EPERM before a packet is sent, so that the program learns at once what is wrong;
;; - `egress` drops what no connect() came before: datagrams sent with an address, raw sockets, and
;;   connections to a network that was taken off the list meanwhile;
;; - `established` counts the TCP connections that are open to each network.
;;
;;   bpfl run outbound-firewall.lisp --cgroup DIR
;;
;; A network is a prefix length and an address in network order, as 10.0.0.0/8.

(defstruct network (prefixlen u32) (address u32))
(defstruct traffic (connects u64) (open u64) (packets u64))

;; The longest prefix that fits an address is its network. The traffic is counted with it.
(defmap allowed :type :lpm-trie :key network :value traffic :max-entries 1024)

(defvar refused u64)
(defvar dropped u64)

;; Which entry of the list an address belongs to, if any.
(defmacro network-of (address)
  `(map-lookup allowed (make-network :prefixlen 32 :address ,address)))

(defprog connect4 (:section "cgroup/connect4")
  (when-let ((network (network-of (ctx user-ip4))))
    (incf (traffic-connects network))
    (return 1))
  (incf refused)
  0)

(defprog egress (:section "cgroup_skb/egress")
  (with-ipv4 (data data-end ip)
    ;; The reader gives host order, and the list is in the packet's.
    (if-let ((network (network-of (htonl (ipv4-dst ip)))))
        (incf (traffic-packets network))
        (progn
          (incf dropped)
          (return 0))))
  1)

;; What is remembered of a connection that was counted, until it is closed.
(defmap counted :type :hash :key u64 :value u32 :max-entries 65536)

(defprog established (:section "sockops")
  (let ((cookie (get-socket-cookie (ctx-ptr))))
    (case (ctx op)
      (BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB
       (when-let ((network (network-of (ctx remote-ip4))))
         ;; Without this the program is not told of later states.
         (sock-ops-cb-flags-set (ctx-ptr) BPF_SOCK_OPS_STATE_CB_FLAG)
         (setf (getmap counted cookie) (ctx remote-ip4))
         (incf (traffic-open network))))
      (BPF_SOCK_OPS_STATE_CB
       (when (= (ctx args 1) BPF_TCP_CLOSE)
         (when-let ((address (map-lookup counted cookie)))
           (when-let ((network (network-of (deref address))))
             (decf (traffic-open network)))
           (remmap counted cookie))))))
  1)
