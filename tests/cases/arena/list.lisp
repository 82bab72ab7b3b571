; A list in an arena: pointers in it are pointers when they are loaded, keys and values are copied out of it, and
; addresses are numbers elsewhere.
;; emit asm
;; compile-only
(defmap heap :type :arena :max-entries 100 :map-extra #x100000000000)
(defstruct pair (a u32) (b u32))
(defstruct node (value u64) (next (ptr node)) (kids (array (ptr node) 4)) (id pair) (name (array u8 16)))
(defvar head (ptr node))
(defmap place :type :hash :key pair :value u64 :max-entries 8)

(defprog fill (:type :syscall)
  (let ((page (arena-alloc-pages heap 1 node)))
    (unless page (return 1))
    (dotimes (i 8)
      (let ((n (+ page (* i (sizeof node)))))
        (setf (node-value n) i
              (node-kids n 1) page
              (node-next n) head
              head n)))
    0))

(defun total ((p (nullable (ptr node)))) :returns u64
  (let ((sum u64 0))
    (while p :max 100
      (incf sum (node-value p))
      (atomic-add (node-value-ptr p) 1)
      (setf p (node-next p)))
    sum))

(defprog sum (:type :syscall) (u32 (total head)))

; No sleeping here: pages are had by now.
(defprog pick (:section "cgroup_skb/egress")
  (let ((p head) (last (nullable (ptr node)) nil))
    (when p
      (setf (getmap place (node-id p)) (u64 p))
      (let ((kid (node-kids p 1)))
        (when (and kid (/= kid p)) (setf last kid)))
      (let ((again (arena-ptr node (getmap place (node-id p)))))
        (when again (memset (node-name again) 65 4)))
      (when last (setf (node-next last) nil))
      (return (if (= (memcmp (node-name p) "AAAA" 4) 0) 1 0)))
    0))

(defprog empty (:type :syscall)
  (when-let ((p head))
    (setf head nil)
    (arena-free-pages heap (cast (ptr u8) p) 1))
  0)
