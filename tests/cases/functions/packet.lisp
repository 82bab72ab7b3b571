
(defstruct header (version u8) (tos u8) (length u16))
(defmap out :type :array :key u32 :value u64 :max-entries 2)

(defun version ((h (ptr header))) (header-version h))
(defun long-enough ((p packet) (e packet-end) (n u64))
  (if (> n 1000) (return 0))
  (if (> (+ p 20) e) 0 (logand (load u8 p 0) 1)))

(defprog parse (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((data (ctx data)) (end (ctx data-end)))
    (when (> (+ data 20) end) (return 0))
    (setf (getmap out 0) (version (cast (ptr header) data)))
    (setf (getmap out 1) (long-enough data end 20)))
  1)
