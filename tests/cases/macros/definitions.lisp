; Macros make definitions, and compile-time functions make constants.
;; run: -> ret 1

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun power-of-two-above (n)
    (loop for p = 1 then (* p 2) when (>= p n) return p)))

(defconstant +wanted+ 100)
(defconstant +size+ (power-of-two-above +wanted+))

(defmacro defcounter (name)
  `(progn
     (defmap ,(intern (format nil "~a-map" name)) :type :array :key u32 :value u64 :max-entries ,+size+)
     (defmacro ,(intern (format nil "count-~a" name)) (index)
       (list 'incf (list 'getmap ',(intern (format nil "~a-map" name)) index)))))

(defcounter packets)
(defcounter bytes)

(defprog p (:section "cgroup_skb/egress")
  (count-packets 1)
  (count-packets 1)
  (count-bytes 127)
  (if (and (= (getmap packets-map 1) 2) (= (getmap bytes-map 127) 1) (= +size+ 128)) 1 0))
