;; run: in[0]=2, in[1]=6 -> ret 1, out[0]=14, out[1]=3, out[2]=2
;; run: in[0]=6, in[1]=2 -> ret 1, out[0]=0, out[1]=7, out[2]=6
;; run: in[0]=0, in[1]=100 -> ret 1, out[0]=28, out[1]=1, out[2]=0
;; perfmon: loop

(defmap in :type :array :key u32 :value u64 :max-entries 2)
(defmap out :type :array :key u32 :value u64 :max-entries 3)

(defprog at-run-time (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((a (getmap in 0)) (z (getmap in 1)) (n 0))
    (loop for i from a below z :max 8 do (incf n i))
    (setf (getmap out 0) n)
    (setf n 0)
    (loop for i from a downto 0 :max 10 do (incf n))
    (setf (getmap out 1) n)
    (setf n 0)
    (loop repeat a :max 9 do (incf n))
    (setf (getmap out 2) n))
  1)
