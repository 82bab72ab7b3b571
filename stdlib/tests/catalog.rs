//! What always holds of the tables, whatever the kernel.

use std::collections::HashSet;

use bpfl_stdlib::catalog::{
    about, attach, constant,
    context::{self, Kind},
    facts,
    helper::{self, Arg},
    map,
    program::{PROGRAMS, ProgramType},
    returns, section,
};

fn unique<T: std::hash::Hash + Eq + std::fmt::Debug>(items: impl IntoIterator<Item = T>) -> usize {
    let mut seen = HashSet::new();
    for item in items {
        let text = format!("{item:?}");
        assert!(seen.insert(item), "{text} is there twice");
    }
    seen.len()
}

#[test]
fn numbers_have_no_gaps() {
    assert!(
        PROGRAMS.iter().zip(1..).all(|(row, number)| row.number == number && row.ty.row().number == number)
    );
    assert!(attach::ALL.iter().zip(0..).all(|(row, number)| row.number == number));
    assert!(helper::all().iter().zip(1..).all(|(row, id)| row.id == id));
    assert!(map::MAPS.iter().zip(1..).all(|(row, number)| row.number == number));
    assert_eq!((PROGRAMS.len(), helper::all().len(), section::ALL.len()), (32, 211, 105));
}

#[test]
fn names_are_unique_and_found() {
    unique(PROGRAMS.iter().flat_map(|row| row.aliases.iter().copied().chain([row.name])));
    unique(attach::ALL.iter().map(|row| row.name));
    unique(helper::all().iter().map(|row| row.name));
    unique(map::MAPS.iter().map(|row| row.name));
    unique(section::ALL.iter().map(|row| row.name));
    unique(constant::all().iter().map(|row| row.name));
    assert!(PROGRAMS.iter().all(|row| ProgramType::find(row.name) == Some(row.ty)));
    assert!(attach::ALL.iter().all(|row| attach::find(row.c_name) == Some(row)));
    assert!(helper::all().iter().all(|row| helper::find(&row.name.replace('_', "-")) == Some(row)));
    for row in constant::all() {
        let lisp = format!("+{}+", row.name.to_lowercase().replace('_', "-"));
        assert_eq!(constant::find(&lisp), Some(row), "{lisp}");
    }
}

#[test]
fn c_names_are_the_names() {
    let upper = |name: &str| name.replace('-', "_").to_uppercase();
    assert!(PROGRAMS.iter().all(|row| row.c_name == format!("BPF_PROG_TYPE_{}", upper(row.name))));
    assert!(PROGRAMS.iter().all(|row| row.lower == row.name.replace('-', "_")));
    assert!(attach::ALL.iter().all(|row| row.c_name == format!("BPF_{}", upper(row.name))));
    assert!(map::MAPS.iter().all(|row| row.c_name == format!("BPF_MAP_TYPE_{}", upper(row.name))));
}

#[test]
fn sections_fix_attach_types_of_their_program() {
    for row in section::ALL {
        let own = row.ty.row().attach;
        assert!(row.attach_type.is_none_or(|attach| own.contains(&attach)), "{}", row.name);
        assert_eq!(section::find(row.name), Some(row));
        assert_eq!(section::find(&format!("?{}", row.name)), Some(row));
        assert_eq!(section::find(&format!("{}x", row.name)), None);
    }
    assert_eq!(
        section::find("kprobe/do_exit").and_then(|row| row.target_of("kprobe/do_exit")),
        Some("do_exit")
    );
    assert_eq!(section::find("xdp/eth0"), None);
}

#[test]
fn every_cgroup_hook_has_a_section() {
    let with = |row: &facts::Hook| row.attach.is_some_and(|attach| attach.name.starts_with("cgroup"));
    for hook in facts::hooks().filter(with) {
        assert!(section::of(hook.ty, hook.attach).is_some(), "{hook:?}");
    }
}

#[test]
fn a_type_with_one_name_determines_its_section() {
    let default = |ty| section::default_of(ty).map(|row| row.name);
    assert_eq!(default(ProgramType::Xdp), Some("xdp"));
    assert_eq!(default(ProgramType::SkMsg), Some("sk_msg"));
    assert_eq!(default(ProgramType::SockOps), Some("sockops"));
    assert_eq!(default(ProgramType::SchedCls), Some("tc"));
    assert_eq!(default(ProgramType::CgroupSock), None);
    assert_eq!(default(ProgramType::CgroupSkb), None);
}

#[test]
fn helpers_are_well_formed() {
    for row in helper::all() {
        assert_eq!(row.args.len(), row.params.len(), "{}", row.name);
        assert!(row.args.len() <= 5 && !row.offered.is_empty(), "{}", row.name);
        for args in row.variants.iter().map(|variant| variant.args).chain([row.args]) {
            assert!(!args.first().is_some_and(|arg| arg.is_size()), "{}", row.name);
            let sized = args.windows(2).filter(|pair| pair[1].is_size());
            assert!(sized.clone().all(|pair| is_memory(pair[0])), "{}", row.name);
        }
        for offer in row.gpl {
            let both = PROGRAMS.iter().any(|program| {
                offer.programs.contains(program.ty)
                    && row.offered.iter().any(|o| o.programs.contains(program.ty))
            });
            assert!(both, "{} is GPL-only where it is not offered", row.name);
        }
    }
}

fn is_memory(arg: Arg) -> bool {
    use Arg::{Mem, MemOrNull, UninitMem, WritableMem, WritableMemOrNull};
    [Mem, MemOrNull, UninitMem, WritableMem, WritableMemOrNull].contains(&arg)
}

#[test]
fn the_helpers_that_forms_are_made_of_are_there() {
    let names = [
        "map_lookup_elem",
        "map_update_elem",
        "map_delete_elem",
        "map_push_elem",
        "map_pop_elem",
        "map_peek_elem",
        "for_each_map_elem",
        "loop",
        "tail_call",
        "trace_printk",
        "trace_vprintk",
        "probe_read_kernel",
        "ringbuf_reserve",
        "ringbuf_submit",
        "ringbuf_discard",
        "ringbuf_output",
        "ringbuf_query",
        "sk_storage_get",
        "sk_storage_delete",
        "task_storage_get",
        "task_storage_delete",
        "inode_storage_get",
        "inode_storage_delete",
        "cgrp_storage_get",
        "cgrp_storage_delete",
        "spin_lock",
        "spin_unlock",
        "get_current_task_btf",
        "msg_redirect_map",
        "msg_redirect_hash",
        "sk_redirect_map",
        "sk_redirect_hash",
        "sock_map_update",
        "sock_hash_update",
    ];
    names.iter().for_each(|name| assert!(helper::find(name).is_some(), "{name}"));
}

#[test]
fn numbers_that_documents_get_wrong_are_right() {
    assert_eq!(helper::find("get-socket-cookie").map(|row| row.id), Some(46));
    assert_eq!(helper::find("ktime-get-coarse-ns").map(|row| row.id), Some(160));
    assert_eq!(helper::by_id(47).map(|row| row.name), Some("get_socket_uid"));
    assert_eq!(helper::by_id(161).map(|row| row.name), Some("ima_inode_hash"));
}

#[test]
fn fields_are_in_order_and_lie_inside_their_neighbours() {
    let structs = PROGRAMS.iter().filter_map(|row| context::of(row.ty));
    let more = [&context::SOCK, &context::SOCK_COMMON, &context::TCP_SOCK, &context::FLOW_KEYS];
    for of in structs.chain(more) {
        unique(of.named().map(|field| field.name));
        for pair in of.fields.windows(2).filter(|_| of.name != "bpf_flow_keys") {
            let after = pair[1].offset >= pair[0].offset + pair[0].size();
            let union = pair[1].offset == pair[0].offset;
            assert!(after || union, "{}: {} and {}", of.name, pair[0].name, pair[1].name);
        }
        assert!(of.fields.iter().all(|field| field.offset.is_multiple_of(field.width.min(4))));
        assert!(of.named().all(|field| field.kind != Kind::Padding && of.field(field.name) == Some(field)));
    }
}

#[test]
fn post_bind_may_not_even_read_the_mark() {
    let fields = context::fields(ProgramType::CgroupSock);
    let mark = fields.iter().find(|field| field.name == "mark").unwrap();
    let rights = |attach| mark.rights(ProgramType::CgroupSock, Some(attach));
    assert!(rights(&attach::CGROUP_INET_SOCK_CREATE).writes());
    assert!(!rights(&attach::CGROUP_INET4_POST_BIND).reads());
    // What 0 stands for.
    assert!(mark.rights(ProgramType::CgroupSock, None).writes());
}

#[test]
fn bind_is_for_connect_only() {
    let bind = helper::find("bind").unwrap();
    let places = bind.places();
    let [(ProgramType::CgroupSockAddr, Some(hooks))] = &places[..] else { panic!("{places:?}") };
    let names: Vec<_> =
        hooks.iter().map(|hook| section::hook_name(ProgramType::CgroupSockAddr, *hook)).collect();
    assert_eq!(names, ["cgroup/connect4", "cgroup/connect6"]);
}

#[test]
fn every_hook_has_a_verdict() {
    for hook in facts::hooks() {
        let verdict = returns::of(hook.ty, hook.attach).unwrap();
        if let Some((min, max)) = verdict.range {
            assert!(
                min <= max && verdict.meanings.iter().all(|m| (min..=max).contains(&m.value)),
                "{hook:?}"
            );
        }
        for meaning in verdict.meanings.iter().filter(|meaning| !meaning.name.is_empty()) {
            let value = constant::find(meaning.name).map(|row| row.value);
            assert_eq!(value, Some(meaning.value.into()), "{}", meaning.name);
        }
    }
}

#[test]
fn map_rules_hold_of_maps_that_everybody_makes() {
    let broken = |name, key, value, entries, flags| {
        map::find(name).map(|kind| kind.broken(key, value, entries, flags).is_some())
    };
    assert_eq!(broken("hash", 4, 8, 1, 0), Some(false));
    assert_eq!(broken("array", 8, 8, 1, 0), Some(true));
    assert_eq!(broken("ringbuf", 0, 0, 4096, 0), Some(false));
    assert_eq!(broken("ringbuf", 0, 0, 5000, 0), Some(true));
    assert_eq!(broken("lpm_trie", 8, 8, 1, 0), Some(true));
    assert_eq!(broken("lpm_trie", 8, 8, 1, 1), Some(false));
    assert_eq!(map::ring_size(5000, 4096), Some(8192));
    assert_eq!(map::ring_size(u32::MAX, 4096), None);
}

#[test]
fn what_the_book_describes_is_described_whole() {
    for about in about::ABOUT {
        let row = about.ty.row();
        let described: Vec<_> = about.events.iter().map(|(attach, _)| *attach).collect();
        assert!(row.attach.iter().all(|attach| described.contains(attach)), "{}", row.name);
        assert_eq!(unique(described), row.attach.len(), "{}", row.name);
        let context = context::of(about.ty).unwrap();
        for field in context.named() {
            assert!(about::meaning(context.name, field.name).is_some(), "{}: {}", context.name, field.name);
        }
    }
    assert!(map::MAPS.iter().all(|row| about::use_of(row.name).is_some()));
}

/// The book shows the widths of a field once, and beside them where it may be read and written.
#[test]
fn widths_do_not_depend_on_the_attach_type() {
    for about in about::ABOUT {
        for field in context::fields(about.ty) {
            let rights = || about.ty.hooks().map(|hook| field.rights(about.ty, hook));
            let reads: HashSet<_> = rights().filter(|r| r.reads()).map(|r| format!("{:?}", r.read)).collect();
            let writes: HashSet<_> =
                rights().filter(|r| r.writes()).map(|r| format!("{:?}", r.write)).collect();
            assert!(reads.len() <= 1 && writes.len() <= 1, "{:?}: {}", about.ty, field.name);
        }
    }
}
