; The number that it gives counts the text's end, and all of a text that does not fit.
;; kernel-only
;; perfmon: helper
;; run: -> ret 1, out[0]=14, out[1]=0x2073692037, out[2]=10, out[3]=0x37363534333231, out[4]=5, out[5]=0x656e6f6e, out[6]=0x656e6f6e

(defmap out :type :array :key u32 :value u64 :max-entries 7)
(defstruct line (text (array u8 32)))

(defprog writer (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((line (make-line)) (text (line-text line)) (name (u64 0)))
    (setf (getmap out 0) (u64 (bpf-snprintf text "%u is 0x%x, %s" 7 15 "abc")))
    (setf (getmap out 1) (logand (load u64 text 0) #xffffffffff))
    (setf (getmap out 2) (u64 (bpf-snprintf text 8 "%d%d%d%d%d%d%d%d%d" 1 2 3 4 5 6 7 8 9)))
    (setf (getmap out 3) (load u64 text 0))
    (setf (getmap out 4) (u64 (bpf-snprintf line "none")))
    (setf (getmap out 5) (load u32 text 0))
    (bpf-snprintf (stack-addr name) 5 "%s" (line-text line))
    (setf (getmap out 6) name))
  1)
