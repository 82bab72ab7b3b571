;; Counts what a cgroup sends by kind: DNS questions, DNS packets with several questions, all else.
;; The header of DNS is read by a parser that a macro makes from a description.
;;
;;   bpfl run flow-kinds.lisp -- dig example.org
;;
;; kinds[0] is all else, kinds[1] plain questions, kinds[2] packets with more than one.

(in-package :bpfl)

(eval-when (:compile-toplevel :load-toplevel :execute)
  ; (name width) … as readers, each behind the one before it.
  (defun field-readers (protocol fields)
    (loop with offset = 0
          for (field bytes) in fields
          for type = (case bytes (1 'u8) (2 'u16) (4 'u32) (otherwise 'u64))
          for swap = (case bytes (1 'u8) (2 'ntohs) (4 'ntohl) (otherwise 'ntohll))
          collect `(defmacro ,(intern (format nil "~a-~a" protocol field)) (p)
                     (list ',swap (list 'load ',type p ,offset)))
          do (incf offset bytes))))

(defconstant +kinds+ 3)

(defmacro defprotocol (name &rest fields)
  `(progn
     (defconstant ,(intern (format nil "+~a-size+" name)) ,(loop for (nil bytes) in fields sum bytes))
     ,@(field-readers name fields)))

(defprotocol dns (id 2) (flags 2) (questions 2) (answers 2) (authorities 2) (additional 2))

(defmap kinds :type :array :key u32 :value u64 :max-entries +kinds+)

(defmacro count-kind (kind) `(incf (getmap kinds ,kind)))

(defprog classify (:section "cgroup_skb/egress")
  (with-udp (data data-end udp)
    (when (= (udp-dst-port udp) 53)
      (let ((dns (+ udp 8)))
        (when (> (+ dns +dns-size+) data-end) (return 1))
        (count-kind (if (> (dns-questions dns) 1) 2 1))
        (return 1))))
  (count-kind 0)
  1)
