;; A list in memory that programs and userspace share: one program builds it, another walks it, and the script
;; reads the same nodes, at the addresses that the programs have for them.
;;
;;   bpfl run arena-list.lisp

(defmap heap :type :arena :max-entries 16)        ; pages of 4096 bytes

(defstruct node (square u64) (next (ptr node)))

(defconstant +nodes-in-a-page+ 256)

(defvar head (ptr node))                          ; the first node
(defvar page (ptr node))                          ; where new nodes are taken from
(defvar taken u32)                                ; how many of them have been
(defvar wanted u32)                               ; how long the list is to be
(defvar total u64)                                ; what `walk` has found

;; Pages are asked for where a program may sleep.
(defun new-node () :returns (nullable (ptr node))
  (when (or (not page) (>= taken +nodes-in-a-page+))
    (setf page (arena-alloc-pages heap 1 node)
          taken 0))
  (let ((from page))
    (unless from (return nil))
    (let ((new (+ from (* taken (sizeof node)))))
      (setf taken (+ taken 1))
      new)))

(defprog build (:type :syscall)
  (dotimes (i wanted :max 1000)
    (let ((new (new-node)))
      (unless new (return 1))
      (setf (node-square new) (* i i)
            (node-next new) head
            head new)))
  0)

;; Everywhere else what lies in the arena can be used: faults read as zero, so no bounds need to be tested.
(defprog walk (:type :syscall)
  (let ((at head) (sum u64 0))
    (while at :max 1000
      (incf sum (node-square at))
      (setf at (node-next at)))
    (setf total sum))
  0)

(with-bpf-session ()
  (setf (bpf:global heap 'wanted) 600)
  (unless (zerop (bpf:test-run build))
    (error "there was no page left"))
  (bpf:test-run walk)
  (format t "the program's sum: ~d~%" (bpf:global heap 'total))
  (let ((sum 0) (count 0))
    (do ((node (bpf:arena-read heap (bpf:global heap 'head) 'node)
               (bpf:arena-read heap (node-next node) 'node)))
        ((null node))
      (incf count)
      (incf sum (node-square node)))
    (format t "what userspace reads: ~d, of ~d nodes~%" sum count)))
