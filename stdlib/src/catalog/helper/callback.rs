//! What helpers give to the functions that they call back, and what those may return
//! (`set_timer_callback_state`, `set_find_vma_callback_state`, and `check_return_code`,
//! kernel/bpf/verifier.c). Loops and walks over maps are forms of the language and not here.

/// What a function that is called back is given as one argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Given {
    /// The map that the helper was called for.
    Map,
    /// A key of it.
    Key,
    /// The value under that key.
    Value,
    /// The kernel's struct of this name.
    Btf(&'static str),
    /// A dynptr, which it may read.
    Dynptr,
    /// What the helper's caller gave for it.
    Context,
}

/// What it may return.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Returned {
    /// 0 only.
    Zero,
    /// 0, or 1 to stop.
    Flag,
}

/// A function that a helper calls.
#[derive(Debug)]
pub struct Callback {
    /// The helper, without `bpf_`.
    pub helper: &'static str,
    /// What it is given.
    pub given: &'static [Given],
    /// What it may return.
    pub returned: Returned,
    /// Whether it is called later, where nothing may sleep, whatever the program may (`push_async_cb`,
    /// kernel/bpf/verifier.c).
    pub later: bool,
}

static ROWS: &[Callback] = &[
    Callback {
        helper: "timer_set_callback",
        given: &[Given::Map, Given::Key, Given::Value],
        returned: Returned::Zero,
        later: true,
    },
    // `set_user_ringbuf_callback_state`
    Callback {
        helper: "user_ringbuf_drain",
        given: &[Given::Dynptr, Given::Context],
        returned: Returned::Flag,
        later: false,
    },
    Callback {
        helper: "find_vma",
        given: &[Given::Btf("task_struct"), Given::Btf("vm_area_struct"), Given::Context],
        returned: Returned::Flag,
        later: false,
    },
];

/// The function that a helper calls, if it calls one that is given by name.
pub fn of(helper: &str) -> Option<&'static Callback> {
    ROWS.iter().find(|row| row.helper == helper)
}
