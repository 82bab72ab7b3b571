//! `in-cgroup`: what happens in a cgroup of its own, with programs attached to it.

use bpfl_compiler::eval::{
    Env, Exit, Interp, Result, Value,
    special::{Special, host_form},
};
use bpfl_runtime::{
    attach::Target,
    cgroup::{CgroupError, ChildCgroup, Hierarchy},
    session::LinkId,
};

use super::object::{Handle, failed, wanted};

pub const FORMS: &[Special] = &[host_form("in-cgroup", 1, usize::MAX, in_cgroup)];

/// `(in-cgroup (program…) body…)`: makes a cgroup, attaches the programs to it, and is in it for the
/// body, so that the body's sockets are. `*cgroup*` is its path. It is removed in the end, however that
/// comes.
fn in_cgroup(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let programs = args[0].elements().ok_or_else(|| wanted("`(program…)`", &args[0]).at(args[0].origin))?;
    let hierarchy = Hierarchy::find().map_err(refused)?;
    let cgroup = hierarchy.own().and_then(|own| ChildCgroup::create(&own)).map_err(refused)?;
    let mut attached = Attached(Vec::new());
    for form in &programs {
        let program = interp.eval(form, env)?;
        let (session, name) = Handle::program(&program).map_err(|exit| exit.at(form.origin))?;
        let link = session.borrow_mut().attach(name, &Target::cgroup(cgroup.path()));
        attached.0.push((program.clone(), link.map_err(failed).map_err(|exit| exit.at(form.origin))?));
    }
    let inside = cgroup.enter(&hierarchy).map_err(refused)?;
    let path = interp.symbol("*cgroup*");
    let scope = env.bind(path.folded, cgroup.path().to_string_lossy().as_ref().into());
    let result = interp.progn(&args[1..], &scope);
    drop(inside);
    result
}

/// What is attached, and detached when this goes: before the cgroup.
struct Attached(Vec<(Value, LinkId)>);

impl Drop for Attached {
    fn drop(&mut self) {
        for (program, link) in &self.0 {
            if let Ok((session, _)) = Handle::program(program) {
                // A pin that keeps it was made to.
                let _ = session.borrow_mut().detach(*link);
            }
        }
    }
}

fn refused(error: CgroupError) -> Exit {
    let kind = match error {
        CgroupError::Create { .. } | CgroupError::Join { .. } => "permission-error",
        _ => "error",
    };
    super::object::condition(kind, error.to_string())
}
