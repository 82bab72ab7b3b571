;; run: m[0]=#(115 115 104 100) -> ret 1, out[0]=0, out[1]=1, out[2]=0xffffffff, out[3]=1, out[4]=1, out[5]=0
;; run: m[0]=#(115 115 104 100 120) -> ret 1, out[0]=1, out[1]=0, out[2]=0xffffffff, out[3]=0xffffffff, out[4]=1, out[5]=0

(defmap m :type :array :key u32 :value (array u8 16) :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 8)

(defprog texts (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup m 0)))
    (setf (getmap out 0) (u32 (memcmp p "sshd" 16)))
    (setf (getmap out 1) (comm= p "sshd"))
    (setf (getmap out 2) (u32 (memcmp p "sshe")))
    (setf (getmap out 3) (u32 (memcmp "sshd5" p 16)))
    (setf (getmap out 4) (= (memcmp p "ssh" 3) 0))
    (setf (getmap out 5) (comm= p "")))
  1)
