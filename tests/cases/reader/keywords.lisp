;; emit datum

(:type :CGROUP-SKB :key-size 4)
