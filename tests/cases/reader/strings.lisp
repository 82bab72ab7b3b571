;; emit datum

"plain" "" "two\nlines" "tab\t" "back\\slash" "quo\"te" "nul\0" "\x41\x7a" "é"
"over
two lines"
