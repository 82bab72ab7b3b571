//! The kernel's BTF as an input of the compiler: read when a program first names a kernel struct,
//! and at most once.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use crate::btf::view::View;

type Read = dyn Fn() -> Result<Vec<u8>, String> + Send + Sync;

/// Where the kernel's types come from. The default has none.
#[derive(Clone, Default)]
pub struct KernelBtf {
    read: Option<Arc<Read>>,
    view: Arc<OnceLock<Result<View, String>>>,
}

impl KernelBtf {
    /// Types from the bytes that `read` gives, or its reason why there are none.
    pub fn new(read: impl Fn() -> Result<Vec<u8>, String> + Send + Sync + 'static) -> Self {
        Self { read: Some(Arc::new(read)), view: Arc::default() }
    }

    /// The types, or the reason why there are none, as a clause: "`x` cannot be read: …".
    pub fn view(&self) -> Result<&View, &str> {
        let read = || match &self.read {
            Some(read) => View::new(read()?).map_err(|error| format!("it is damaged: {error}")),
            None => Err("none was given".to_string()),
        };
        self.view.get_or_init(read).as_ref().map_err(String::as_str)
    }
}

impl fmt::Debug for KernelBtf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KernelBtf").field("given", &self.read.is_some()).finish_non_exhaustive()
    }
}
