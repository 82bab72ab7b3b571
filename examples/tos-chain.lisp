;; Shows in which order the programs of nested cgroups see a socket option: the child's first, then
;; the parent's, which sees what the child made of it. Here each of them raises the precedence that
;; a program asks for with IP_TOS, and the parent refuses what did not come through the child.
;;
;;   bpfl run tos-chain.lisp --cgroup PARENT --prog parent-set,parent-get
;;   bpfl run tos-chain.lisp --cgroup PARENT/CHILD --prog child-set,child-get

(defprog child-set (:section "cgroup/setsockopt")
  (let ((value (ctx optval)) (end (ctx optval-end)))
    (when (and (= (ctx level) SOL_IP) (= (ctx optname) IP_TOS))
      (when (> (+ value 1) end) (return 0))
      (when (= (load u8 value 0) #x20)
        (store u8 value 0 #x40)))
    1))

(defprog parent-set (:section "cgroup/setsockopt")
  (let ((value (ctx optval)) (end (ctx optval-end)))
    (when (and (= (ctx level) SOL_IP) (= (ctx optname) IP_TOS))
      (when (> (+ value 1) end) (return 0))
      (when (/= (load u8 value 0) #x40) (return 0))
      (store u8 value 0 #x60))
    1))

;; What is read comes up the same way.
(defprog child-get (:section "cgroup/getsockopt")
  (let ((value (ctx optval)) (end (ctx optval-end)))
    (when (and (= (ctx level) SOL_IP) (= (ctx optname) IP_TOS))
      (when (> (+ value 1) end) (return 0))
      (when (= (load u8 value 0) #x60)
        (store u8 value 0 #x80)))
    1))

(defprog parent-get (:section "cgroup/getsockopt")
  (let ((value (ctx optval)) (end (ctx optval-end)))
    (when (and (= (ctx level) SOL_IP) (= (ctx optname) IP_TOS))
      (when (> (+ value 1) end) (return 0))
      (when (= (load u8 value 0) #x80)
        (store u8 value 0 #xa0)))
    1))
