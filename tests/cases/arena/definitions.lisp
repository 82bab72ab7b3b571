; What an arena is defined with.
;; error: E0108 @ 16:9
;; error: E0302 @ 17:9
;; error: E0302 @ 17:44
;; error: E0302 @ 18:9
;; error: E0302 @ 18:40
;; error: E0302 @ 19:9
;; error: E0302 @ 19:33
;; error: E0302 @ 19:44
;; error: E0302 @ 20:9
;; error: E0302 @ 20:52
;; error: E0302 @ 21:9
;; error: E0302 @ 21:55
;; error: E0302 @ 22:9
;; error: E0302 @ 22:55
(defmap no-pages :type :arena)
(defmap too-many :type :arena :max-entries 1048577)
(defmap none :type :arena :max-entries 0)
(defmap keyed :type :arena :key u32 :value u64 :max-entries 1)
(defmap odd :type :arena :max-entries 1 :map-extra 4097)
(defmap across :type :arena :max-entries 2 :map-extra #x1000fffff000)
(defmap beyond :type :arena :max-entries 1 :map-extra #xffff800000000000)
(defprog p (:type :syscall) 0)
