//! Programs in the place of functions of others. Where the kernel loads none, what was asked of it is known by its
//! answer to a function that is not there.

use bpfl_runtime::{run::Input, session::Session};

use crate::{ready, session, told};

const SOURCE: &str = "
  (defun verdict ((n u32)) :returns u32 :global t (if (> n 3) XDP_DROP XDP_PASS))
  (defprog police (:type :xdp) (i32 (verdict 9)))
  (defprog mild (:section \"freplace/verdict\" :replaces :xdp :arguments ((n u32)) :returns u32)
    (if (> n 30) XDP_DROP XDP_PASS))";

fn answer(session: &mut Session) -> u32 {
    let input = Input { data: &[0; 64], ..Input::default() };
    let ran = session.test_run("police", &input);
    ran.unwrap_or_else(|error| panic!("{}", told(&error))).value
}

#[test]
fn a_function_is_replaced_until_that_is_undone() {
    if !ready() {
        return;
    }
    let mut session = session(SOURCE);
    assert_eq!(answer(&mut session), 1);
    let police = session.program_fd("police").unwrap();
    let unknown = session.replace_function("mild", &police, Some("sentence")).unwrap_err();
    assert!(told(&unknown).contains("no function `sentence`"), "{}", told(&unknown));
    match session.replace_function("mild", &police, None) {
        Ok(link) => {
            assert_eq!(answer(&mut session), 2);
            session.detach(link).unwrap();
        }
        // Without a log: the verifier was not asked.
        Err(error) if told(&error).contains("loading `mild` was not permitted") => {
            println!("skipped: this kernel replaces no functions");
        }
        Err(error) => panic!("{}", told(&error)),
    }
    assert_eq!(answer(&mut session), 1);
}

#[test]
fn all_programs_but_those_are_loaded_at_once() {
    if ready() {
        session(SOURCE).load().unwrap();
    }
}
