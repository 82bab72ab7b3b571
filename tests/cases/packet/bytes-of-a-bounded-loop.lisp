;; run: packet[0]=#(0 0 7 0 9 0 5), len=64 -> ret 1, out[0]=38, out[1]=38, out[2]=21, out[3]=9
;; perfmon: pointer

; A byte for each round, where the number of rounds is known at run time and has a `:max`.
(defmap out :type :array :key u32 :value u64 :max-entries 4)

(defprog add-up (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((d (ctx data)) (e (ctx data-end)) (a 0) (b 0) (c 0) (x (logand (+ (ctx len) 4) 7)))
    (dotimes (i (ctx len) :max 64)
      (let ((q (+ d i)))
        (if (<= (+ q 1) e) (incf a (load u8 q)) (break))))
    (dotimes (i (ctx len) :max 64)
      (when (> (+ d i 1) e) (break))
      (incf b (load u8 (+ d i))))
    (loop for i from 2 below (ctx len) by 2 :max 32
      do (when (> (+ d i 1) e) (break))
         (incf c (load u8 (+ d i))))
    ; What is learned of a number after the test of a pointer does not undo that test.
    (unless (> (+ d x 1) e)
      (when (/= x 5) (setf (getmap out 3) (load u8 (+ d x)))))
    (setf (getmap out 0) a)
    (setf (getmap out 1) b)
    (setf (getmap out 2) c))
  1)
