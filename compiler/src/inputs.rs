//! All top-level data of a compilation: the prelude's, the file's, and those of the files that it
//! includes, in place of the `include` forms.

use std::{
    collections::HashSet,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    names::Names,
    read::{self, Data, Datum, DatumId},
    source::{FileId, PRELUDE, SourceMap},
};

type Read = dyn Fn(&Path) -> Result<String, String> + Send + Sync;

/// Where included files come from. The default has none.
#[derive(Clone, Default)]
pub struct Files(Option<Arc<Read>>);

impl Files {
    /// Files by path, as `read` gives their text or its reason why there is none.
    pub fn new(read: impl Fn(&Path) -> Result<String, String> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(read)))
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Files").field(&self.0.is_some()).finish()
    }
}

/// The top-level data of `file`, with what it includes.
pub fn file(
    sources: &mut SourceMap,
    file: FileId,
    names: &Names,
    data: &Data,
    files: &Files,
    diagnostics: &mut Diagnostics,
) -> Vec<DatumId> {
    let own = PathBuf::from(&sources.file(file).name);
    let mut gather =
        Gather { sources, names, data, files, diagnostics, seen: HashSet::from([own]), depth: 0 };
    let mut forms = Vec::new();
    gather.file(file, &mut forms);
    forms
}

/// The top-level data of the prelude; none when nothing that was read can need it.
pub fn prelude(
    sources: &mut SourceMap,
    names: &Names,
    data: &Data,
    diagnostics: &mut Diagnostics,
) -> Vec<DatumId> {
    let mut forms = Vec::new();
    if !names.folded_texts().any(bpfl_stdlib::prelude::is_wanted_by) {
        return forms;
    }
    for (name, text) in bpfl_stdlib::prelude::FILES {
        let file = sources.add(format!("{PRELUDE}{name}"), *text);
        forms.extend(read::read(sources, file, names, data, diagnostics));
    }
    forms
}

/// How many files may include each other.
const MAX_DEPTH: usize = 64;

struct Gather<'g> {
    sources: &'g mut SourceMap,
    names: &'g Names,
    data: &'g Data,
    files: &'g Files,
    diagnostics: &'g mut Diagnostics,
    /// Files that are there already: each is included once.
    seen: HashSet<PathBuf>,
    depth: usize,
}

impl Gather<'_> {
    fn file(&mut self, file: FileId, forms: &mut Vec<DatumId>) {
        for form in read::read(self.sources, file, self.names, self.data, self.diagnostics) {
            match self.included(form) {
                Some(path) => self.include(file, form, path, forms),
                None => forms.push(form),
            }
        }
    }

    /// The argument of an `include` form.
    fn included(&self, form: DatumId) -> Option<Option<DatumId>> {
        let [head, args @ ..] = self.data.list(form)? else { return None };
        let name = self.names.folded(self.data.symbol(*head)?);
        if self.names.text(name) != "include" {
            return None;
        }
        Some(match args {
            [only] => Some(*only),
            _ => None,
        })
    }

    fn include(&mut self, file: FileId, form: DatumId, path: Option<DatumId>, forms: &mut Vec<DatumId>) {
        let named = path.map(|path| (path, self.data.get(path)));
        let Some((at, Datum::Str(text))) = named else {
            let error = Diagnostic::error(&codes::MALFORMED, self.data.span(form), "this includes no file");
            return self.diagnostics.push(error.help("write `(include \"file.lisp\")`"));
        };
        let text = String::from_utf8_lossy(self.data.string(text)).into_owned();
        let folder = Path::new(&self.sources.file(file).name).parent().unwrap_or(Path::new(""));
        let path = plain(&folder.join(&text));
        if !self.seen.insert(path.clone()) {
            return;
        }
        let read = match &self.files.0 {
            _ if self.depth == MAX_DEPTH => Err(format!("{MAX_DEPTH} files include each other already")),
            Some(read) => read(&path),
            None => Err("there are no other files here".into()),
        };
        match read {
            Ok(text) => {
                let file = self.sources.add(path.display().to_string(), text);
                self.depth += 1;
                self.file(file, forms);
                self.depth -= 1;
            }
            Err(reason) => {
                let message = format!("`{}` cannot be included: {reason}", path.display());
                let error = Diagnostic::error(&codes::UNREADABLE_FILE, self.data.span(at), message);
                self.diagnostics.push(error.help("paths go by the folder of the file that includes"));
            }
        }
    }
}

/// The path without `.` and without `x/..`, so that one file has one name.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}
