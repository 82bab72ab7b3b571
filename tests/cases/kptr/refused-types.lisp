;; error: E0411 @ 12:34
;; error: E0204 @ 13:39
;; error: E0204 @ 14:29
;; error: E0302 @ 18:50
;; error: E0302 @ 19:49
;; error: E0302 @ 20:39
;; error: E0302 @ 21:35
;; error: E0302 @ 24:47
;; error: E0411 @ 25:16
;; error: E0204 @ 26:15
; Where kernel pointers may be.
(defstruct owns-no-file (f (kptr file)))
(defstruct no-such (f (kptr-untrusted made_up_struct)))
(defstruct no-name (f (kptr 7)))
(defstruct good (task (kptr task_struct)))
(defstruct many (tasks (array good 2)))
(defunion either good (n u64))
(defmap in-an-array :type :array :key u32 :value many :max-entries 1)
(defmap in-a-union :type :array :key u32 :value either :max-entries 1)
(defmap in-a-trie :type :queue :value good :max-entries 1)
(defmap in-a-key :type :hash :key good :value u32 :max-entries 1)
(defstruct four (a good) (b good) (c good) (d good))
(defstruct twelve (a four) (b four) (c four))
(defmap too-many :type :array :key u32 :value twelve :max-entries 1)
(defvar global good)
(defvar plain (kptr task_struct))
