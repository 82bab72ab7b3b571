; As printed by a Lisp: upper case, dashes and underscores as they come.
;; run: -> ret 2, PKT-COUNT[0]=1
(IN-PACKAGE :WHISTLER-USER)
(DEFMAP PKT-COUNT :TYPE :ARRAY :KEY-SIZE 4 :VALUE-SIZE 8 :MAX-ENTRIES 1)
(DEFPROG COUNT-ALL (:TYPE :XDP :SECTION "xdp")
  (LET ((P (MAP-LOOKUP PKT_COUNT 0)))
    (WHEN P (ATOMIC-ADD P 0 1)))
  xdp_pass)
