; A macro that makes a parser out of a table, at the top level and inside.
;; run: packet[0]=0x45, packet[9]=6 -> ret 1, kinds[1]=1
;; run: packet[0]=0x45, packet[9]=17 -> ret 1, kinds[2]=1
;; run: packet[0]=0x45, packet[9]=50 -> ret 1, kinds[0]=1
(in-package #:whistler-user)
(eval-when (:compile-toplevel :load-toplevel :execute)
  (defparameter *protocols* '((tcp 6 1) (udp 17 2) (icmp 1 3))))
(defmap kinds :type :array :key-size 4 :value-size 8 :max-entries 4)
(defmacro define-protocols ()
  `(progn ,@(loop for (name number nil) in *protocols*
                  collect `(defconstant ,(intern (format nil "+~a+" name)) ,number))))
(define-protocols)
(defmacro kind-of (proto)
  `(cond ,@(loop for (name nil kind) in *protocols*
                 collect `((= ,proto ,(intern (format nil "+~a+" name))) ,kind))
         (t 0)))
(defprog p (:section "cgroup_skb/egress")
  (with-ipv4 (data data-end ip)
    (incf (getmap kinds (u32 (kind-of (ipv4-protocol ip))))))
  1)
