; Maps by the addresses of keys and values, as the kernel's helpers have them.

(defmacro map-lookup-ptr (map key) `(map-lookup-elem ,map ,key))
(defmacro map-update-ptr (map key value &optional (flags 'BPF_ANY)) `(map-update-elem ,map ,key ,value ,flags))
(defmacro map-delete-ptr (map key) `(map-delete-elem ,map ,key))
