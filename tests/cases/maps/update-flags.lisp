;; run: -> h[1]=5, h[2]=none, h[3]=7, h[4]=8, a[0]=0, a[1]=0xfffffffffffffffe, a[2]=0, a[3]=0
;; run: h[1]=1, h[2]=2 -> h[1]=1, h[2]=6, a[0]=0xffffffffffffffef, a[1]=0

(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defmap a :type :array :key u32 :value u64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap a 0) (u64 (map-update h 1 5 BPF_NOEXIST)))
  (setf (getmap a 1) (u64 (map-update h 2 6 BPF_EXIST)))
  (setf (getmap a 2) (u64 (map-update h 3 7 BPF_ANY)))
  (setf (getmap a 3) (u64 (map-update h 4 8)))
  1)
